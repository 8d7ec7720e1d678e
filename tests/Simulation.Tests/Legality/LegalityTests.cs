using Tenon.Api.Core;
using Tenon.Simulation.Oracles.Legality;
using Tenon.Simulation.Tests.Worlds;

namespace Tenon.Simulation.Tests.Legality;

public sealed class LegalityTests
{
    [Fact]
    public void A_plan_that_fits_is_legal() =>
        Assert.Empty(Check([Given.Node("n1")], (Given.Pod("a"), "n1"), (Given.Pod("b"), "n1")));

    [Fact]
    public void Resources_are_summed() =>
        Assert.Equal(
            "the node's resources",
            Assert
                .Single(
                    Check(
                        [Given.Node("n1", cpu: "1")],
                        (Given.Pod("a", cpu: "600m"), "n1"),
                        (Given.Pod("b", cpu: "600m"), "n1")
                    )
                )
                .Rule
        );

    [Fact]
    public void A_spread_is_judged_in_the_order_that_makes_it_legal()
    {
        var nodes = new[] { Given.Node("a1", zone: "a"), Given.Node("b1", zone: "b") };
        var (one, two, three, four) = (Web("1"), Web("2"), Web("3"), Web("4"));

        Assert.Empty(Check(nodes, (one, "a1"), (two, "a1"), (three, "b1"), (four, "b1")));
        Assert.Equal("a topology spread", Assert.Single(Check(nodes, (one, "a1"), (two, "a1"))).Rule);
    }

    [Fact]
    public void Followers_may_not_open_a_second_group()
    {
        var nodes = new[] { Given.Node("a1", zone: "a"), Given.Node("b1", zone: "b") };

        Assert.Empty(Check(nodes, (Follower("1"), "a1"), (Follower("2"), "a1")));
        Assert.Equal(
            "its pod affinity",
            Assert.Single(Check(nodes, (Follower("1"), "a1"), (Follower("2"), "b1"))).Rule
        );
    }

    [Fact]
    public void A_hermit_is_left_alone_by_those_who_come_later()
    {
        var hermit = Given.Pod("hermit");
        hermit = hermit with
        {
            Spec = hermit.Spec with
            {
                Affinity = new Affinity { PodAntiAffinity = new PodAntiAffinity { Required = [Term("web")] } },
            },
        };

        var broken = LegalityChecker.Check(
            new PlannedCluster
            {
                Nodes = [Given.Node("n1")],
                Bound = [(hermit, "n1")],
                Planned = [(Given.Pod("w", app: "web"), "n1")],
            }
        );

        Assert.Equal("another pod's anti-affinity", Assert.Single(broken).Rule);
    }

    [Fact]
    public void Taints_and_selectors_are_kept()
    {
        var tainted = Given.Node("n1") with
        {
            Spec = new NodeSpec { Taints = [new Taint { Key = "gpu", Effect = "NoSchedule" }] },
        };
        var pod = Given.Pod("a");
        Assert.Equal("a taint", Assert.Single(Check([tainted], (pod, "n1"))).Rule);
        Assert.Empty(
            Check(
                [tainted],
                (pod with { Spec = pod.Spec with { Tolerations = [new Toleration { Operator = "Exists" }] } }, "n1")
            )
        );
        Assert.Equal(
            "its node selector",
            Assert
                .Single(
                    Check(
                        [Given.Node("n1")],
                        (
                            pod with
                            {
                                Spec = pod.Spec with
                                {
                                    NodeSelector = new Dictionary<string, string> { ["disk"] = "ssd" },
                                },
                            },
                            "n1"
                        )
                    )
                )
                .Rule
        );
    }

    private static System.Collections.Immutable.ImmutableArray<Illegality> Check(
        IReadOnlyList<Node> nodes,
        params (Pod, string)[] planned
    ) => LegalityChecker.Check(new PlannedCluster { Nodes = nodes, Planned = planned });

    private static Pod Web(string name)
    {
        var pod = Given.Pod(name, app: "web");
        return pod with
        {
            Spec = pod.Spec with
            {
                TopologySpreadConstraints =
                [
                    new TopologySpreadConstraint
                    {
                        MaxSkew = 1,
                        TopologyKey = "topology.kubernetes.io/zone",
                        WhenUnsatisfiable = "DoNotSchedule",
                        LabelSelector = new LabelSelector
                        {
                            MatchLabels = new Dictionary<string, string> { ["app"] = "web" },
                        },
                    },
                ],
            },
        };
    }

    private static Pod Follower(string name)
    {
        var pod = Given.Pod(name, app: "cache");
        return pod with
        {
            Spec = pod.Spec with
            {
                Affinity = new Affinity
                {
                    PodAffinity = new PodAffinity { Required = [Term("cache", "topology.kubernetes.io/zone")] },
                },
            },
        };
    }

    private static PodAffinityTerm Term(string app, string key = "kubernetes.io/hostname") =>
        new()
        {
            TopologyKey = key,
            LabelSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = app } },
        };
}
