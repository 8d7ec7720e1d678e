using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Scheduling.Model;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

public sealed class Constraints
{
    [Fact]
    public void A_selector_against_the_template_label_finds_no_place_and_says_so()
    {
        var input = Moment(Pod("a", with: spec => spec.Selector("team", "red"))) with
        {
            Pools = [new NodePoolOffer(Pool(labels: new() { ["team"] = "blue" }), Types)],
        };
        var refusal = Assert.Single(input.Greedy().Refusals);
        Assert.Equal("incompatible requirements, key team, team In [red] not in team In [blue]", refusal.Message);
        Assert.Equal(Misfit.Requirements, refusal.Why);
    }

    [Theory]
    [InlineData("In", false)]
    [InlineData("NotIn", true)]
    [InlineData("Exists", false)]
    [InlineData("DoesNotExist", true)]
    public void An_undefined_custom_label_is_only_tolerated_absent(string @operator, bool fits)
    {
        string[] values = @operator is "In" or "NotIn" ? ["red"] : [];
        var result = Moment(Pod("a", with: spec => spec.Requires(Term("team", @operator, values)))).Greedy();
        Assert.Equal(fits, result.AllPodsPlaced);
        if (!fits)
            Assert.StartsWith(
                "incompatible requirements, label \"team\" does not have known values",
                result.Refusals[0].Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void A_hostname_cannot_be_asked_of_a_node_that_does_not_exist()
    {
        var refusal = Assert.Single(
            Moment(Pod("a", with: spec => spec.Selector(Hostname, "somewhere"))).Greedy().Refusals
        );
        Assert.Equal(
            "incompatible requirements, key kubernetes.io/hostname, kubernetes.io/hostname In [somewhere] not in "
                + "kubernetes.io/hostname In [hostname-placeholder-0001]",
            refusal.Message
        );
    }

    [Fact]
    public void Zones_of_the_pool_and_of_the_pod_narrow_each_other()
    {
        var pool = Pool(requirements: Need(Zone, "In", Zones[0], Zones[1]));
        var both = Moment(Pod("a", with: spec => spec.Requires(Term(Zone, "In", Zones[1], Zones[2])))) with
        {
            Pools = [new NodePoolOffer(pool, Types)],
        };
        Assert.Equal([Zones[1]], Assert.Single(both.Greedy().Claims).Requirements.Of(Zone).Values);
        var outside = both with { Pods = [Pod("a", with: spec => spec.Selector(Zone, Zones[2]))] };
        Assert.Equal(
            $"incompatible requirements, key {Zone}, {Zone} In [test-zone-3] not in {Zone} In [test-zone-1 test-zone-2]",
            Assert.Single(outside.Greedy().Refusals).Message
        );
    }

    [Fact]
    public void Overlapping_values_share_a_machine_and_disjoint_ones_do_not()
    {
        var shared = Moment(
                Pod("a", with: spec => spec.Requires(Term(Zone, "In", Zones[0], Zones[1]))),
                Pod("b", with: spec => spec.Requires(Term(Zone, "In", Zones[1], Zones[2])))
            )
            .Greedy();
        Assert.Equal([Zones[1]], Assert.Single(shared.Claims).Requirements.Of(Zone).Values);
        var apart = Moment(
                Pod("a", with: spec => spec.Selector(Zone, Zones[0])),
                Pod("b", with: spec => spec.Selector(Zone, Zones[1]))
            )
            .Greedy();
        Assert.Equal(2, apart.Claims.Length);
    }

    [Fact]
    public void Taints_need_tolerations_and_the_refusal_names_them()
    {
        var taint = new Taint
        {
            Key = "dedicated",
            Value = "gpu",
            Effect = "NoSchedule",
        };
        var input = Moment(Pod("a")) with { Pools = [new NodePoolOffer(Pool(taints: [taint]), Types)] };
        Assert.Equal(
            "did not tolerate taint (taint=dedicated=gpu:NoSchedule)",
            Assert.Single(input.Greedy().Refusals).Message
        );
        var tolerant = Pod(
            "a",
            with: spec => spec with { Tolerations = [new Toleration { Key = "dedicated", Operator = "Exists" }] }
        );
        Assert.True((input with { Pods = [tolerant] }).Greedy().AllPodsPlaced);
    }

    [Fact]
    public void PreferNoSchedule_is_tolerated_last_and_an_untainted_pool_is_preferred()
    {
        var taint = new Taint { Key = "soft", Effect = "PreferNoSchedule" };
        var only = Moment(Pod("a")) with { Pools = [new NodePoolOffer(Pool(taints: [taint]), Types)] };
        Assert.Equal([taint], Assert.Single(only.Greedy().Claims).ToNodeClaim().Spec.Taints!);
        var both = only with
        {
            Pools =
            [
                new NodePoolOffer(Pool("a-tainted", weight: 10, taints: [taint]), Types),
                new NodePoolOffer(Pool("b"), Types),
            ],
        };
        Assert.Equal("b", Assert.Single(both.Greedy().Claims).Pool.Metadata.Name);
    }

    [Fact]
    public void A_heavier_preference_that_cannot_be_met_gives_way_to_a_lighter_one_that_can()
    {
        var result = Moment(
                Pod(
                    "a",
                    with: spec => spec.Prefers(100, Term(Zone, "In", "nowhere")).Prefers(50, Term(Zone, "In", Zones[2]))
                )
            )
            .Greedy();
        Assert.Equal([Zones[2]], Assert.Single(result.Claims).Requirements.Of(Zone).Values);
    }

    [Fact]
    public void Required_terms_are_alternatives_and_the_last_one_stays()
    {
        var second = Moment(
                Pod("a", with: spec => spec.Requires(Term(Zone, "In", "nowhere"), Term(Zone, "In", Zones[1])))
            )
            .Greedy();
        Assert.Equal([Zones[1]], Assert.Single(second.Claims).Requirements.Of(Zone).Values);
        var none = Moment(
                Pod("a", with: spec => spec.Requires(Term(Zone, "In", "nowhere"), Term(Zone, "In", "neither")))
            )
            .Greedy();
        Assert.Contains("In [neither]", Assert.Single(none.Refusals).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_large_a_request_names_requirements_and_resources()
    {
        var refusal = Assert.Single(Moment(Pod("a", cpu: "500")).Greedy().Refusals);
        Assert.StartsWith(
            "no instance type has enough resources, requirements=",
            refusal.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith("resources={\"cpu\":\"500\",\"pods\":\"1\"}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            "(CPU request >= 1 Million, m vs M typo?)",
            Moment(Pod("a", cpu: "1M")).Greedy().Refusals[0].Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Two_resources_that_no_type_has_together_take_two_machines_or_fail_in_one_pod()
    {
        static Pod Wants(string name, params string[] resources) =>
            Pod(
                name,
                with: spec =>
                    spec with
                    {
                        Containers =
                        [
                            new Container
                            {
                                Resources = new ResourceRequirements
                                {
                                    Requests = ResourceList.From(
                                        resources.Select(it => KeyValuePair.Create(it, Quantity.FromUnits(1)))
                                    ),
                                },
                            },
                        ],
                    }
            );
        Assert.Equal(
            2,
            Moment(Wants("a", "fake.com/vendor-a"), Wants("b", "fake.com/vendor-b")).Greedy().Claims.Length
        );
        Assert.Single(Moment(Wants("c", "fake.com/vendor-a", "fake.com/vendor-b")).Greedy().Refusals);
    }

    [Fact]
    public void Forty_pods_of_nearly_two_gigabytes_fill_twenty_four_gigabyte_machines()
    {
        var pods = Pods(40, name => Pod(name, cpu: "10m", memory: "1.8G"));
        var input = Moment(pods) with { Pools = [new NodePoolOffer(Pool(), [Types[0]])] };
        Assert.Equal(20, input.Greedy().Claims.Length);
        var more = input with
        {
            Pods = [.. pods, .. Enumerable.Range(0, 20).Select(i => Pod($"small-{i}", cpu: "10m", memory: "400M"))],
        };
        Assert.Equal(20, more.Greedy().Claims.Length);
    }

    [Fact]
    public void Pod_slots_are_a_resource_like_any_other()
    {
        var input = Moment(Pods(25, name => Pod(name))) with { Pools = [new NodePoolOffer(Pool(), [Types[0]])] };
        Assert.Equal(5, input.Greedy().Claims.Length);
    }

    [Fact]
    public void The_heaviest_pool_wins_and_an_explicit_choice_beats_weight()
    {
        var input = Moment(Pod("a")) with
        {
            Pools = [new NodePoolOffer(Pool("light", 1), Types), new NodePoolOffer(Pool("heavy", 90), Types)],
        };
        Assert.Equal("heavy", Assert.Single(input.Greedy().Claims).Pool.Metadata.Name);
        var chosen = input with { Pods = [Pod("a", with: spec => spec.Selector(WellKnownLabels.NodePool, "light"))] };
        Assert.Equal("light", Assert.Single(chosen.Greedy().Claims).Pool.Metadata.Name);
    }

    [Fact]
    public void Limits_stop_what_they_must_and_say_which_pool()
    {
        var tight = Moment(Pod("a", cpu: "2100m")) with
        {
            Pools = [new NodePoolOffer(Pool(limits: ResourceList.Parse(("cpu", "1"))), Types)],
        };
        Assert.Equal(
            "all available instance types exceed limits for nodepool (NodePool=default)",
            Assert.Single(tight.Greedy().Refusals).Message
        );
        var nodes = Moment(Pod("a")) with
        {
            Pools = [new NodePoolOffer(Pool(limits: ResourceList.Parse(("nodes", "0"))), Types)],
        };
        Assert.Equal(
            "node limits have been exhausted for nodepool (NodePool=default)",
            Assert.Single(nodes.Greedy().Refusals).Message
        );
        var one = Moment(
            Pod("a", cpu: "1500m", labels: Labels(), with: spec => spec.Apart(Hostname)),
            Pod("b", cpu: "1500m", labels: Labels(), with: spec => spec.Apart(Hostname))
        ) with
        {
            Pools = [new NodePoolOffer(Pool(limits: ResourceList.Parse(("cpu", "3"))), [Types[1]])],
        };
        Assert.Single(one.Greedy().Claims);
    }

    [Fact]
    public void Pools_whose_requirements_leave_no_type_are_reported_and_nodes_still_serve()
    {
        var input = Moment(Pods(20, name => Pod(name, cpu: "1"))) with
        {
            Pools = [new NodePoolOffer(Pool(requirements: Need(WellKnownLabels.Arch, "In", "mips")), Types)],
            Nodes = [Node("n1")],
        };
        var result = input.Greedy();
        Assert.Equal("default", Assert.Single(result.EmptyPools).NodePool);
        Assert.Equal(4, Assert.Single(result.Existing).Pods.Length);
        Assert.All(
            result.Refusals,
            it => Assert.Equal("nodepool requirements filtered out all available instance types", it.Message)
        );
    }

    [Fact]
    public void Resource_claims_are_refused_while_they_are_ignored()
    {
        var pod = Pod("a", with: spec => spec with { ResourceClaims = [new PodResourceClaim { Name = "gpu" }] });
        Assert.Equal(
            "pod has Dynamic Resource Allocation requirements that are not yet supported by Karpenter",
            Assert.Single(Moment(pod).Greedy().Refusals).Message
        );
    }
}
