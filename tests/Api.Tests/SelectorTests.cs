using System.Text.Json.Nodes;
using Tenon.Api.Core;
using Tenon.Api.Selectors;

namespace Tenon.Api.Tests;

public sealed class SelectorTests
{
    private static readonly Dictionary<string, string> Web = new()
    {
        ["app"] = "web",
        ["tier"] = "front",
        ["n"] = "7",
        ["empty"] = "",
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData("app = db", false)]
    [InlineData("app!=db", true)]
    [InlineData("missing!=db", true)]
    [InlineData("missing=", false)]
    [InlineData("empty=", true)]
    [InlineData("app in (db, web)", true)]
    [InlineData("app notin (db,web)", false)]
    [InlineData("missing notin (x)", true)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!missing, app=web,tier in (front)", true)]
    [InlineData("n>6", true)]
    [InlineData("n<7", false)]
    [InlineData("n gt 6", true)]
    [InlineData("app>6", false)]
    [InlineData("in in (in)", false)]
    [InlineData("empty in (,x)", true)]
    public void A_text_selects_labels(string text, bool expected)
    {
        var selector = Selector.Parse(text, out var error);
        Assert.Null(error);
        Assert.Equal(expected, selector!.Matches(Web));
        Assert.Equal(expected, Selector.Parse(selector.ToString(), out _)!.Matches(Web));
    }

    [Theory]
    [InlineData("a=b,")]
    [InlineData(",")]
    [InlineData("a in b")]
    [InlineData("a in (b")]
    [InlineData("a near (b)")]
    [InlineData("=b")]
    [InlineData("a=b=c")]
    [InlineData("a=b c")]
    [InlineData("a>b")]
    [InlineData("-a=b")]
    [InlineData("a=-b")]
    public void What_is_no_selector_is_an_error_that_quotes_the_text(string text)
    {
        Assert.Null(Selector.Parse(text, out var error));
        Assert.Contains(text, error);
    }

    [Fact]
    public void An_absent_selector_selects_nothing_and_an_empty_one_everything()
    {
        LabelSelector? absent = null;
        Assert.False(absent.Matches(Web));
        Assert.True(new LabelSelector().Matches(Web));
        Assert.False(new LabelSelector { MatchExpressions = [new() { Key = "app", Operator = "Near" }] }.Matches(Web));
        Assert.True(
            new LabelSelector
            {
                MatchLabels = new Dictionary<string, string> { ["app"] = "web" },
                MatchExpressions =
                [
                    new() { Key = "gone", Operator = "DoesNotExist" },
                    new()
                    {
                        Key = "tier",
                        Operator = "NotIn",
                        Values = ["back"],
                    },
                ],
            }.Matches(Web)
        );
    }

    [Theory]
    [InlineData("metadata.name=a", true)]
    [InlineData("metadata.name==a,spec.nodeName=", true)]
    [InlineData("spec.nodeName!=", false)]
    [InlineData("metadata.name!=a", false)]
    [InlineData("spec.unschedulable=false", true)]
    [InlineData("status.ready=true", true)]
    [InlineData(@"metadata.note=x\,y\=z", true)]
    [InlineData("", true)]
    public void A_text_selects_fields(string text, bool expected)
    {
        var pod = JsonNode.Parse("""{"metadata":{"name":"a","note":"x,y=z"},"spec":{},"status":{"ready":true}}""");
        var selector = FieldSelector.Parse(text, out var error);
        Assert.Null(error);
        Assert.Equal(expected, selector!.Matches(pod));
        Assert.Equal(selector.ToString(), FieldSelector.Parse(selector.ToString(), out _)!.ToString());
    }

    [Theory]
    [InlineData("metadata.name")]
    [InlineData("=a")]
    [InlineData(@"a=b\c")]
    [InlineData("a=b=c")]
    public void What_is_no_field_selector_is_an_error(string text)
    {
        Assert.Null(FieldSelector.Parse(text, out var error));
        Assert.Contains("can't understand", error);
    }
}
