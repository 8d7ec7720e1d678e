using System.Text;
using System.Text.Json.Nodes;
using Tenon.Api.Core;
using Tenon.Api.Patches;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Replies;

namespace Tenon.Kube.Tests.Client;

public sealed class PatchBehaviour
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""", null)]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"b":3}""", """{"b":3}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""", """{"b":null}""")]
    [InlineData("""{"a":1}""", """{"a":1,"b":{"c":2}}""", """{"b":{"c":2}}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":3}}""", """{"a":{"c":3}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{}}""", """{"a":{"b":null}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"a":1.0}""", """{"a":1.0}""", null)]
    public void The_difference_is_the_smallest_merge_patch(string from, string to, string? patch)
    {
        var difference = MergePatch.Between((JsonObject)JsonNode.Parse(from)!, (JsonObject)JsonNode.Parse(to)!);
        Assert.Equal(patch, difference?.ToJsonString());
    }

    [Fact]
    public void A_guarded_patch_carries_the_version_it_was_made_on()
    {
        var before = new Namespace
        {
            Metadata = new()
            {
                Name = "shop",
                ResourceVersion = "7",
                Finalizers = ["x"],
            },
        };
        var after = before.With(before.Metadata with { Finalizers = [] });
        Assert.Equal(
            """{"metadata":{"finalizers":null,"resourceVersion":"7"}}""",
            Body(Patch.Between(before, after, ifUnchanged: true))
        );
        Assert.Equal("""{"metadata":{"finalizers":null}}""", Body(Patch.Between(before, after, ifUnchanged: false)));
        Assert.Null(Patch.Between(before, before with { }, ifUnchanged: true));
    }

    [Theory]
    [InlineData("""{"metadata":{"managedFields":[{"a":{"}":1}}],"name":"x"}}""")]
    [InlineData("""{"metadata":{"name":"x","managedFields":[{"a":{"}":1}}]}}""")]
    [InlineData("""{"metadata":{"name":"x" , "managedFields" : [ ] , "labels":{}}}""")]
    [InlineData("""{"metadata":{ "managedFields":[1] }}""")]
    [InlineData("""{"spec":{"metadata":1},"metadata":{"name":"x","managedFields":[],"uid":"u"},"status":{}}""")]
    [InlineData("""{"spec":{}}""")]
    public void Managed_fields_are_cut_out_and_nothing_else_is(string json)
    {
        var expected = (JsonObject)JsonNode.Parse(json)!;
        (expected["metadata"] as JsonObject)?.Remove("managedFields");
        var cut = new ObjectDecoder<Namespace>(keepManagedFields: false).Decode(Encoding.UTF8.GetBytes(json));
        Assert.Equal(Api.Json.ApiJson.Parse<Namespace>(expected.ToJsonString()).ToText(), cut.ToText());
        Assert.DoesNotContain("managedFields", cut.ToText());
    }

    private static string? Body(Patch? patch) => patch is null ? null : Encoding.UTF8.GetString(patch.Body.Span);
}

internal static class Texts
{
    public static string ToText(this Namespace item) => Api.Json.ApiJson.WriteText(item);
}
