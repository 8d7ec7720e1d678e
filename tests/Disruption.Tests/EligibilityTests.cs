using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Cluster;

namespace Tenon.Disruption.Tests;

public sealed class EligibilityTests
{
    private static readonly GoDuration Minute = GoDuration.From(TimeSpan.FromMinutes(1));

    [Fact]
    public void A_settled_node_of_ours_may_be_disrupted() =>
        Assert.Null(Blocked(new World().Pool().Node("n", "medium")));

    [Fact]
    public void Each_rule_protects_in_its_own_words()
    {
        Assert.Equal(
            "node isn't managed by karpenter",
            Blocked(new World().Pool().Node("n", "medium", new() { IsManaged = false }))
        );
        Assert.Equal(
            "nodeclaim does not have an associated node",
            Blocked(new World().Pool().Node("n", "medium", new() { HasNode = false }))
        );
        Assert.Equal(
            "node isn't initialized",
            Blocked(new World().Pool().Node("n", "medium", new() { IsInitialized = false }))
        );
        Assert.Equal(
            "node is deleting or marked for deletion",
            Blocked(new World().Pool().Node("n", "medium", new() { IsDeleting = true }))
        );
        Assert.Equal(
            "node is deleting or marked for deletion",
            Blocked(new World().Pool().Node("n", "medium").Apply(new ClusterEvent.Marked(["p://n"], World.Now)))
        );
        Assert.Equal(
            "node is nominated for a pending pod",
            Blocked(
                new World()
                    .Pool()
                    .Node("n", "medium")
                    .Apply(new ClusterEvent.Nominated("p://n", World.Now.AddSeconds(1), World.Now))
            )
        );
        Assert.Equal(
            "disruption is blocked through the \"karpenter.sh/do-not-disrupt\" annotation",
            Blocked(new World().Pool().Node("n", "medium", new() { DoNotDisrupt = "true" }))
        );
        Assert.Equal(
            "node doesn't have required label (label=karpenter.sh/nodepool)",
            Blocked(new World().Pool().Node("n", "medium", new() { Pool = null }))
        );
        Assert.Equal(
            "NodePool not found (NodePool=gone)",
            Blocked(new World().Pool().Node("n", "medium", new() { Pool = "gone" }))
        );
    }

    [Theory]
    [InlineData("false")]
    [InlineData("1h")]
    public void On_a_node_only_true_forbids_disruption(string text) =>
        Assert.Null(Blocked(new World().Pool().Node("n", "medium", new() { DoNotDisrupt = text })));

    [Fact]
    public void A_node_without_type_zone_or_capacity_type_is_still_a_candidate() =>
        Assert.Null(
            Blocked(
                new World()
                    .Pool()
                    .Node(
                        "n",
                        "unheard-of",
                        new() { WithoutLabels = ["topology.kubernetes.io/zone", "karpenter.sh/capacity-type"] }
                    )
            )
        );

    [Fact]
    public void A_pod_that_must_not_be_disrupted_protects_unless_a_grace_period_bounds_it_and_the_method_is_eventual()
    {
        var pod = World.Pod("web-1", edit: World.Annotated("karpenter.sh/do-not-disrupt", "true"));
        const string Why = "pod has \"karpenter.sh/do-not-disrupt\" annotation (Pod=default/web-1)";
        Assert.Equal(Why, Blocked(new World().Pool().Node("n", "medium", null, pod)));
        Assert.Equal(Why, Blocked(new World().Pool().Node("n", "medium", null, pod), DisruptionClass.Eventual));
        Assert.Equal(Why, Blocked(new World().Pool().Node("n", "medium", new() { Grace = Minute }, pod)));
        Assert.Null(
            Blocked(new World().Pool().Node("n", "medium", new() { Grace = Minute }, pod), DisruptionClass.Eventual)
        );
    }

    [Theory]
    [InlineData("true", false)]
    [InlineData("2h", false)]
    [InlineData("30m", true)]
    [InlineData("-5m", true)]
    [InlineData("soon", true)]
    public void A_pods_protection_lasts_as_long_as_it_says(string text, bool isFree) =>
        Assert.Equal(
            isFree,
            Blocked(
                new World()
                    .Pool()
                    .Node(
                        "n",
                        "medium",
                        null,
                        World.Pod("web-1", edit: World.Annotated("karpenter.sh/do-not-disrupt", text))
                    )
            )
                is null
        );

    [Fact]
    public void Pods_that_ended_or_are_ending_protect_nothing()
    {
        var annotated = World.Annotated("karpenter.sh/do-not-disrupt", "true");
        var ended = World.Pod(
            "a-1",
            edit: pod => annotated(pod) with { Status = new PodStatus { Phase = "Succeeded" } }
        );
        var ending = World.Pod(
            "b-1",
            edit: pod =>
                annotated(pod) with
                {
                    Metadata = annotated(pod).Metadata with { DeletionTimestamp = World.Now },
                }
        );
        Assert.Null(Blocked(new World().Pool().Node("n", "medium", null, ended, ending)));
    }

    [Fact]
    public void A_disruption_budget_without_room_protects_and_two_budgets_do_in_any_case()
    {
        Assert.Equal(
            "pdb prevents pod evictions (PodDisruptionBudget=[default/one])",
            Blocked(new World().Pool().Budget("one", "web", 0).Node("n", "medium", null, World.Pod("web-1")))
        );
        Assert.Equal(
            "eviction does not support multiple PDBs (PodDisruptionBudget(s)=[default/one default/two])",
            Blocked(
                new World()
                    .Pool()
                    .Budget("one", "web", 5)
                    .Budget("two", "web", 5)
                    .Node("n", "medium", null, World.Pod("web-1"))
            )
        );
        Assert.Null(Blocked(new World().Pool().Budget("one", "web", 1).Node("n", "medium", null, World.Pod("web-1"))));
        Assert.Null(
            Blocked(new World().Pool().Budget("one", "other", 0).Node("n", "medium", null, World.Pod("web-1")))
        );
    }

    [Fact]
    public void An_unhealthy_pod_may_always_go_where_its_budget_says_so()
    {
        var sick = World.Pod(
            "web-1",
            edit: pod =>
                pod with
                {
                    Status = pod.Status with { Conditions = [new Condition { Type = "Ready", Status = "False" }] },
                }
        );
        Assert.Null(
            Blocked(
                new World()
                    .Pool()
                    .Budget("one", "web", 0, it => it.Policy = "AlwaysAllow")
                    .Node("n", "medium", null, sick)
            )
        );
        Assert.NotNull(Blocked(new World().Pool().Budget("one", "web", 0).Node("n", "medium", null, sick)));
    }

    [Fact]
    public void Costs_grow_with_deletion_cost_and_priority_and_stay_within_bounds()
    {
        Assert.Equal(1.0, PodCosts.Eviction(World.Pod("a")));
        Assert.True(PodCosts.Eviction(World.Pod("a", edit: Cost("100"))) > 1.0);
        Assert.True(PodCosts.Eviction(World.Pod("a", edit: Cost("-100"))) < 1.0);
        Assert.Equal(1.0, PodCosts.Eviction(World.Pod("a", edit: Cost("much"))));
        Assert.Equal(
            10.0,
            PodCosts.Eviction(
                World.Pod("a", edit: pod => pod with { Spec = pod.Spec with { Priority = 2_000_000_000 } })
            )
        );
        Assert.Equal(
            -10.0,
            PodCosts.Eviction(
                World.Pod("a", edit: pod => pod with { Spec = pod.Spec with { Priority = -2_000_000_000 } })
            )
        );

        static Func<Pod, Pod> Cost(string text) => World.Annotated("controller.kubernetes.io/pod-deletion-cost", text);
    }

    private static string? Blocked(World world, DisruptionClass method = DisruptionClass.Graceful)
    {
        var input = world.Input;
        return Eligibility.Of(Assert.Single(input.Cluster.Nodes.Values), input, method) is Eligibility.Protected it
            ? it.Reason
            : null;
    }
}
