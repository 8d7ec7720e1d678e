using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Disruption.Methods;
using Tenon.Disruption.Validation;
using Tenon.Domain.Cluster;

namespace Tenon.Disruption.Tests;

public sealed class MethodTests
{
    [Fact]
    public void Empty_nodes_are_deleted_together_within_the_budget()
    {
        var world = new World().Pool(budget: "2").Node("n1", "small").Node("n2", "medium").Node("n3", "large");
        var command = Assert.Single(Decide(new Emptiness(), world).Commands);
        Assert.Equal("delete: [n3, n2]", command.Text);
        Assert.Equal(0.6, command.EstimatedSavings, 6);
    }

    [Fact]
    public void Emptiness_minds_the_condition_static_pools_buffer_pods_and_Never()
    {
        Assert.Empty(
            Decide(new Emptiness(), new World().Pool().Node("n", "small", new() { IsConsolidatable = false })).Commands
        );
        Assert.Empty(Decide(new Emptiness(), new World().Pool(replicas: 1).Node("n", "small")).Commands);
        Assert.Empty(Decide(new Emptiness(), new World().Pool(after: "Never").Node("n", "small")).Commands);
        var counts = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal).Add("p://n", 1);
        var buffered = new World()
            .Pool()
            .Node("n", "small")
            .Apply(new ClusterEvent.BufferPodsCounted(counts, World.Now));
        var outcome = Decide(new Emptiness(), buffered);
        Assert.Empty(outcome.Commands);
        Assert.Contains(outcome.Notices, static it => it.Message == "Node \"n\" has buffer pods");
    }

    [Fact]
    public void Nodes_that_are_not_ready_or_already_leaving_use_up_the_budget()
    {
        var world = new World()
            .Pool(budget: "2")
            .Node("n1", "small")
            .Node("n2", "small", new() { IsReady = false })
            .Node("n3", "small", new() { IsDeleting = true });
        Assert.Empty(Decide(new Emptiness(), world).Commands);
    }

    [Fact]
    public void A_zero_budget_says_so_on_the_pool()
    {
        var outcome = Decide(new Emptiness(), new World().Pool(budget: "0").Node("n1", "small"));
        Assert.Empty(outcome.Commands);
        Assert.False(outcome.IsSettled);
        Assert.Contains(
            outcome.Notices,
            static it => it.Message == "No allowed disruptions for disruption reason Empty due to blocking budget"
        );
    }

    [Fact]
    public void A_node_whose_pods_fit_elsewhere_is_deleted_and_the_dearest_saving_goes_first()
    {
        var world = new World()
            .Pool()
            .Node("n1", "large", null, World.Pod("a-1", "7"))
            .Node("n2", "medium", null, World.Pod("b-1"));
        var command = Assert.Single(Decide(new SingleNode(), world).Commands);
        Assert.Equal(CommandKind.Delete, command.Kind);
        Assert.Equal("n2", Assert.Single(command.Candidates).Name);
    }

    [Fact]
    public void A_node_too_large_for_its_pods_is_replaced_by_cheaper_types_only()
    {
        var command = Assert.Single(
            Decide(new SingleNode(), new World().Pool().Node("n1", "huge", null, World.Pod("a-1", "1500m"))).Commands
        );
        Assert.Equal("replace: [n1] -> [1 replacement]", command.Text);
        Assert.Equal(["small", "medium", "large"], command.Replacements[0].Types.Select(static it => it.Name));
        Assert.Equal(0.7, command.EstimatedSavings, 6);
    }

    [Fact]
    public void A_node_that_is_as_cheap_as_it_gets_stays_and_the_event_says_so()
    {
        var outcome = Decide(new SingleNode(), new World().Pool().Node("n1", "small", null, World.Pod("a-1", "1500m")));
        Assert.Empty(outcome.Commands);
        Assert.True(outcome.IsSettled);
        Assert.Contains(outcome.Notices, static it => it.Message == "Can't replace with a cheaper node");
    }

    [Fact]
    public void Policies_and_missing_labels_stop_consolidation_in_their_own_words()
    {
        Assert.Contains(
            "NodePool \"default\" has consolidation policy WhenEmpty, but node is not empty",
            Messages(new World().Pool(policy: "WhenEmpty").Node("n1", "huge", null, World.Pod("a-1")))
        );
        Assert.Contains(
            "NodePool \"default\" has consolidation disabled",
            Messages(new World().Pool(after: "Never").Node("n1", "huge", null, World.Pod("a-1")))
        );
        Assert.Contains(
            "Instance Type \"unheard-of\" not found",
            Messages(new World().Pool().Node("n1", "unheard-of", null, World.Pod("a-1")))
        );
        foreach (var label in new[] { "karpenter.sh/capacity-type", "topology.kubernetes.io/zone" })
            Assert.Contains(
                $"Node does not have label \"{label}\"",
                Messages(new World().Pool().Node("n1", "huge", new() { WithoutLabels = [label] }, World.Pod("a-1")))
            );
    }

    [Fact]
    public void Three_nodes_become_one_but_two_never_become_one_of_the_same_type()
    {
        var three = new World { Types = [World.Type("medium", "4", 0.2m), World.Type("large", "8", 0.35m)] }
            .Pool()
            .Node("n1", "medium", null, World.Pod("a-1", "2100m"))
            .Node("n2", "medium", null, World.Pod("b-1", "2100m"))
            .Node("n3", "medium", null, World.Pod("c-1", "2100m"));
        var command = Assert.Single(Decide(new MultiNode(), three).Commands);
        Assert.Equal("replace: [n1, n2, n3] -> [1 replacement]", command.Text);
        Assert.Equal(["large"], command.Replacements[0].Types.Select(static it => it.Name));
        var two = new World { Types = [World.Type("medium", "4", 0.2m)] }
            .Pool()
            .Node("n1", "medium", null, World.Pod("a-1", "1500m"))
            .Node("n2", "medium", null, World.Pod("b-1", "1500m"));
        Assert.Empty(Decide(new MultiNode(), two).Commands);
    }

    [Fact]
    public void Displaced_pods_do_not_go_to_a_node_that_only_just_settled()
    {
        var world = new World()
            .Pool(after: "10m")
            .Node("n1", "medium", null, World.Pod("a-1", "1"))
            .Node("n2", "medium", new() { LastPodEvent = World.Now.AddMinutes(-1) }, World.Pod("b-1", "1"));
        world.Types = [World.Type("medium", "4", 0.2m)];
        Assert.Empty(Decide(new SingleNode(), world).Commands.Where(static it => it.Candidates[0].Name == "n1"));
    }

    [Fact]
    public void Displaced_pods_do_not_count_on_a_node_that_is_not_initialized()
    {
        var world = new World()
            .Pool()
            .Node("n1", "medium", null, World.Pod("a-1", "1"))
            .Node("n2", "huge", new() { IsInitialized = false });
        world.Types = [World.Type("medium", "4", 0.2m)];
        Assert.Empty(Decide(new SingleNode(), world).Commands);
    }

    [Fact]
    public void Spot_is_given_up_for_spot_only_behind_the_gate_and_with_fifteen_cheaper_choices()
    {
        var spot = new NodeEdit { CapacityType = "spot" };
        var off = new World().Pool(capacityType: "spot").Node("n1", "huge", spot, World.Pod("a-1"));
        Assert.Contains(
            "SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node",
            Messages(off)
        );
        var few = new World { SpotToSpot = true }
            .Pool(capacityType: "spot")
            .Node("n1", "huge", spot, World.Pod("a-1"));
        Assert.Contains(
            "SpotToSpotConsolidation requires 15 cheaper instance type options than the current candidate to consolidate, got 3",
            Messages(few)
        );
        var many = new World
        {
            SpotToSpot = true,
            Types =
            [
                .. Enumerable.Range(1, 20).Select(static i => World.Type($"t{i:00}", "4", i * 0.1m)),
                World.Type("huge", "16", 3m),
            ],
        }
            .Pool(capacityType: "spot")
            .Node("n1", "huge", spot, World.Pod("a-1"));
        var command = Assert.Single(Decide(new SingleNode(), many).Commands);
        Assert.Equal(
            Enumerable.Range(1, 15).Select(static i => $"t{i:00}"),
            command.Replacements[0].Types.Select(static it => it.Name)
        );
    }

    [Fact]
    public void Drift_takes_empty_nodes_first_then_the_oldest_and_ignores_price_and_Never()
    {
        var old = new NodeEdit { DriftedSince = World.Now.AddHours(-3) };
        var young = new NodeEdit { DriftedSince = World.Now.AddHours(-1) };
        var world = new World()
            .Pool(after: "Never")
            .Node("n1", "small", young, World.Pod("a-1", "1500m"))
            .Node("n2", "small", old, World.Pod("b-1", "1500m"));
        var command = Assert.Single(Decide(new Drift(), world).Commands);
        Assert.Equal("replace: [n2] -> [1 replacement]", command.Text);
        world.Node("n3", "small", young);
        Assert.Equal("delete: [n3]", Assert.Single(Decide(new Drift(), world).Commands).Text);
    }

    [Fact]
    public void Static_pools_drift_one_for_one_within_budget_and_node_limit()
    {
        var drifted = new NodeEdit { DriftedSince = World.Now };
        var world = new World()
            .Pool(replicas: 3, budget: "2")
            .Node("n1", "small", drifted)
            .Node("n2", "small", drifted)
            .Node("n3", "small", drifted);
        var commands = Decide(new StaticDrift(), world).Commands;
        Assert.Equal(2, commands.Length);
        Assert.All(commands, static it => Assert.Equal(CommandKind.Replace, it.Kind));
        Assert.Empty(
            Decide(
                new StaticDrift(),
                new World().Pool(replicas: 2).Node("n1", "small", drifted).Node("n2", "small").Node("n3", "small")
            ).Commands
        );
        Assert.Empty(Decide(new Drift(), world).Commands);
    }

    [Fact]
    public void A_command_that_the_cluster_has_outgrown_does_not_hold()
    {
        var world = new World().Pool().Node("n1", "huge", null, World.Pod("a-1", "1500m"));
        var command = Assert.Single(Decide(new SingleNode(), world).Commands);
        Assert.IsType<Verdict.Holds>(Revalidation.Look(command, world.Input));
        var nominated = world.Input with
        {
            Cluster = world.Input.Cluster.With(
                new ClusterEvent.Nominated("p://n1", World.Now.AddMinutes(1), World.Now)
            ),
        };
        Assert.Equal("churn", Assert.IsType<Verdict.Fails>(Revalidation.Look(command, nominated)).Reason);
        var grown = new World().Pool().Node("n1", "huge", null, World.Pod("a-1", "1500m"), World.Pod("b-1", "5"));
        Assert.Equal("scheduling", Assert.IsType<Verdict.Fails>(Revalidation.Look(command, grown.Input)).Reason);
    }

    [Fact]
    public void Of_an_emptiness_command_what_is_still_empty_goes_and_the_rest_stays()
    {
        var world = new World().Pool().Node("n1", "small").Node("n2", "small");
        var command = Assert.Single(Decide(new Emptiness(), world).Commands);
        world.Apply(
            new ClusterEvent.PodApplied(
                World.Pod("a-1", edit: pod => pod with { Spec = pod.Spec with { NodeName = "n1" } }),
                World.Now
            )
        );
        var holds = Assert.IsType<Verdict.Holds>(Revalidation.Look(command, world.Input));
        Assert.Equal("n2", Assert.Single(holds.Command.Candidates).Name);
        Assert.Equal(1, holds.Dropped);
    }

    [Fact]
    public void Balanced_pools_refuse_moves_that_disturb_more_than_they_save()
    {
        ImmutableArray<Api.Core.Pod> many =
        [
            .. Enumerable.Range(0, 12).Select(static i => World.Pod($"a-{i}", "250m")),
        ];
        var world = new World()
            .Pool(policy: "Balanced")
            .Node("n1", "medium", null, many.AsSpan())
            .Node("n2", "huge", null, World.Pod("b-1", "15500m"));
        world.Types = [World.Type("slim", "4", 0.19m), World.Type("medium", "4", 0.2m), World.Type("huge", "16", 0.8m)];
        Assert.Empty(Decide(new SingleNode(), world).Commands);
    }

    private static IEnumerable<string> Messages(World world) =>
        Decide(new SingleNode(), world).Notices.Select(static it => it.Message);

    private static MethodOutcome Decide(IDisruptionMethod method, World world) =>
        DisruptionMethods.Decide(method, world.Input, ImmutableSortedSet.Create<string>(StringComparer.Ordinal));
}
