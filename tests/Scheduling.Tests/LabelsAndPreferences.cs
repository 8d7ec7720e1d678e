using Tenon.Api.Core;
using Tenon.Api.Names;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>What pods may ask of labels, and what becomes of what they would merely like.</summary>
public sealed class LabelsAndPreferences
{
    [Theory]
    [InlineData("undefined", "In", "x", false)]
    [InlineData("undefined", "NotIn", "x", true)]
    [InlineData("undefined", "Exists", null, false)]
    [InlineData("undefined", "DoesNotExist", null, true)]
    [InlineData("team", "In", "blue", true)]
    [InlineData("team", "NotIn", "blue", false)]
    [InlineData("team", "Exists", null, true)]
    [InlineData("team", "DoesNotExist", null, false)]
    [InlineData("team", "In", "red", false)]
    [InlineData("team", "NotIn", "red", true)]
    public void A_custom_label_answers_as_the_template_defines_it(
        string key,
        string @operator,
        string? value,
        bool fits
    )
    {
        string[] values = value is null ? [] : [value];
        var input = Moment(Pod("a", with: spec => spec.Requires(Term(key, @operator, values)))) with
        {
            Pools = [new NodePoolOffer(Pool(labels: Labels("team", "blue")), Types)],
        };
        Assert.Equal(fits, input.Greedy().AllPodsPlaced);
    }

    [Theory]
    [InlineData("Gt", "4", "arm-instance-type")]
    [InlineData("Gte", "5", "arm-instance-type")]
    [InlineData("Lt", "4", "small-instance-type")]
    [InlineData("Lte", "2", "small-instance-type")]
    public void Numbers_in_labels_can_be_compared(string @operator, string bound, string only)
    {
        var result = Moment(Pod("a", with: spec => spec.Requires(Term("integer", @operator, bound)))).Greedy();
        Assert.Equal(only, Assert.Single(Assert.Single(result.Claims).Types).Name);
    }

    [Fact]
    public void Requirements_that_contradict_each_other_find_no_place()
    {
        NodeSelectorTerm both = new()
        {
            MatchExpressions =
            [
                .. Term(Zone, "In", Zones[0]).MatchExpressions,
                .. Term(Zone, "NotIn", Zones[0]).MatchExpressions,
            ],
        };
        Assert.Single(Moment(Pod("a", with: spec => spec.Requires(both))).Greedy().Refusals);
    }

    [Fact]
    public void Exists_beside_In_does_not_widen_it()
    {
        NodeSelectorTerm both = new()
        {
            MatchExpressions =
            [
                .. Term(Zone, "In", Zones[1]).MatchExpressions,
                .. Term(Zone, "Exists").MatchExpressions,
            ],
        };
        var claim = Assert.Single(Moment(Pod("a", with: spec => spec.Requires(both))).Greedy().Claims);
        Assert.Equal(Zones[1], Assert.Single(claim.Requirements.Of(Zone).Values));
    }

    [Fact]
    public void A_preference_narrows_what_is_required_and_gives_way_when_it_cannot()
    {
        var agreeing = Moment(
            Pod("a", with: spec => spec.Requires(Term(Zone, "In", Zones[..2])).Prefers(1, Term(Zone, "In", Zones[1..])))
        );
        Assert.Equal(Zones[1], Assert.Single(Assert.Single(agreeing.Greedy().Claims).Requirements.Of(Zone).Values));
        var opposed = Moment(
            Pod("a", with: spec => spec.Requires(Term(Zone, "In", Zones[0])).Prefers(1, Term(Zone, "In", Zones[1])))
        );
        Assert.Equal(Zones[0], Assert.Single(Assert.Single(opposed.Greedy().Claims).Requirements.Of(Zone).Values));
    }

    [Fact]
    public void Preferences_that_are_ignored_have_no_influence()
    {
        var pods = Pods(
            3,
            name =>
                Pod(
                    name,
                    labels: Labels(),
                    with: spec => spec.Prefers(1, Term(Zone, "In", Zones[0])).Spread(Hostname, soft: true)
                )
        );
        Assert.Equal(3, Moment(pods).Greedy().Claims.Length);
        var ignoring = Moment(pods) with { Options = Options with { Preferences = PreferencePolicy.Ignore } };
        var claim = Assert.Single(ignoring.Greedy().Claims);
        Assert.Equal(3, claim.Pods.Length);
        Assert.False(claim.Requirements.Has(Zone));
    }

    [Fact]
    public void Labels_of_the_provider_choose_among_types()
    {
        Assert.Equal(["arm-instance-type"], TypesFor(spec => spec.Selector("size", "large")));
        Assert.DoesNotContain("arm-instance-type", TypesFor(spec => spec.Selector("size", "small")));
        Assert.Equal(["arm-instance-type"], TypesFor(spec => spec.Requires(Term("special", "Exists"))));
        Assert.DoesNotContain("arm-instance-type", TypesFor(spec => spec.Requires(Term("special", "DoesNotExist"))));
        Assert.Empty(
            TypesFor(spec =>
                spec.Selector("size", "large").Selector(WellKnownLabels.InstanceType, "small-instance-type")
            )
        );
    }

    [Fact]
    public void Overhead_and_init_containers_take_room()
    {
        var overhead = Pod("a", cpu: "3", with: spec => spec with { Overhead = ResourceList.Parse(("cpu", "2")) });
        Assert.Equal("arm-instance-type", Assert.Single(Assert.Single(Moment(overhead).Greedy().Claims).Types).Name);
        var init = new Container
        {
            Resources = new ResourceRequirements { Requests = ResourceList.Parse(("cpu", "100")) },
        };
        var blocked = Pod("b", cpu: "1", with: spec => spec with { InitContainers = [init] });
        Assert.Single(Moment(blocked).Greedy().Refusals);
    }

    [Fact]
    public void A_pod_that_an_existing_node_cannot_take_gets_a_new_one()
    {
        var input = Moment(Pod("a", cpu: "1", with: spec => spec.Selector(Zone, Zones[1]))) with
        {
            Nodes = [Node("old", Zones[0])],
        };
        Assert.Single(input.Greedy().Claims);
        var own = input with { Nodes = [Node("old", Zones[1]) with { IsManaged = false, NodePool = null }] };
        Assert.Empty(own.Greedy().Claims);
    }

    private static string[] TypesFor(Func<PodSpec, PodSpec> with) =>
        [.. Moment(Pod("a", with: with)).Greedy().Claims.SelectMany(claim => claim.Types).Select(type => type.Name)];
}
