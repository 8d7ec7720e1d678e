using Tenon.Disruption.Churn;
using Tenon.Disruption.Methods;
using Tenon.Disruption.Validation;

namespace Tenon.Disruption.Tests;

public sealed class RepackTests
{
    [Fact]
    public void Three_large_nodes_become_two_small_ones_where_one_would_not_do()
    {
        var world = Ours(["small", "huge"])
            .Pool()
            .Node("n1", "huge", null, World.Pod("a-1", "1900m"))
            .Node("n2", "huge", null, World.Pod("b-1", "1900m"))
            .Node("n3", "huge", null, World.Pod("c-1", "100m"));
        var command = Assert.Single(Decide(world).Commands);
        Assert.Equal(3, command.Candidates.Length);
        Assert.Equal("replace", command.Decision);
        Assert.Equal("multi", command.ConsolidationType);
        Assert.True(command.Replacements.Length >= 2, command.Text);
        Assert.All(command.Replacements, static it => Assert.Equal("small", it.Types[0].Name));
        Assert.True(command.EstimatedSavings > 2.0);
    }

    [Fact]
    public void Two_large_nodes_become_two_small_ones_which_upstreams_single_replacement_cannot()
    {
        var world = Ours(["small", "huge"])
            .Pool()
            .Node("n1", "huge", null, World.Pod("a-1", "1900m"))
            .Node("n2", "huge", null, World.Pod("b-1", "1900m"));
        var command = Assert.Single(Decide(world).Commands);
        Assert.Equal("replace: [n1, n2] -> [2 replacements]", command.Text);
        Assert.Equal(1.4, command.EstimatedSavings, 6);
        Assert.Empty(DisruptionMethods.Decide(new MultiNode(), world.Input, []).Commands);
    }

    [Fact]
    public void Replacements_cost_less_than_the_nodes_even_if_every_launch_goes_badly()
    {
        var world = Ours(["small", "medium", "large", "huge"])
            .Pool()
            .Node("n1", "huge", null, World.Pod("a-1", "1900m"))
            .Node("n2", "huge", null, World.Pod("b-1", "13"));
        foreach (var command in Decide(world).Commands)
        {
            var worst = command.Replacements.Sum(claim =>
                claim.Types.Max(type =>
                    (double)type.WorstLaunchPrice(claim.Requirements, world.Input.WellKnown).Dollars
                )
            );
            Assert.True(worst < command.Candidates.Sum(static it => (double)it.Price.Dollars), command.Text);
        }
    }

    [Fact]
    public void Hundreds_of_nodes_are_given_up_in_one_decision_where_their_pods_fit()
    {
        var world = Ours(["small", "medium", "large", "huge"]).Pool();
        for (var i = 0; i < 250; i++)
            world.Node($"n{i:000}", "medium", null, World.Pod($"a{i}-1", "10m"));
        world.Node("z", "huge", null, World.Pod("z-1", "12"));
        var command = Assert.Single(Decide(world).Commands);
        Assert.True(command.Candidates.Length > 200, $"{command.Candidates.Length} nodes");
    }

    [Fact]
    public void The_budget_bounds_how_many_nodes_one_command_takes()
    {
        var world = Ours(["small", "medium", "large", "huge"]).Pool(budget: "3");
        for (var i = 0; i < 8; i++)
            world.Node($"n{i}", "medium", null, World.Pod($"a{i}-1", "10m"));
        Assert.Equal(3, Assert.Single(Decide(world).Commands).Candidates.Length);
    }

    [Fact]
    public void A_repack_that_the_cluster_has_outgrown_does_not_hold()
    {
        var before = Ours(["small", "huge"])
            .Pool()
            .Node("n1", "huge", null, World.Pod("a-1", "1900m"))
            .Node("n2", "huge", null, World.Pod("b-1", "1900m"));
        var command = Assert.Single(Decide(before).Commands);
        Assert.IsType<Verdict.Holds>(Revalidation.Look(command, before.Input));
        var after = Ours(["small", "huge"])
            .Pool()
            .Node("n1", "huge", null, World.Pod("a-1", "1900m"), World.Pod("c-1", "14"))
            .Node("n2", "huge", null, World.Pod("b-1", "1900m"), World.Pod("d-1", "14"));
        Assert.Equal("scheduling", Assert.IsType<Verdict.Fails>(Revalidation.Look(command, after.Input)).Reason);
    }

    [Fact]
    public void A_cluster_as_small_as_it_gets_is_settled()
    {
        var world = Ours(["small"]).Pool().Node("n1", "small", null, World.Pod("a-1", "1900m"));
        var outcome = Decide(world);
        Assert.Empty(outcome.Commands);
        Assert.True(outcome.IsSettled);
    }

    [Fact]
    public void Multi_node_consolidation_gives_way_to_repack_only_under_our_policy_and_its_gate()
    {
        MethodKind[] upstreams =
        [
            MethodKind.Emptiness,
            MethodKind.StaticDrift,
            MethodKind.Drift,
            MethodKind.MultiNode,
            MethodKind.SingleNode,
        ];
        Assert.Equal(upstreams, Kinds(DisruptionPolicy.Upstream, repacks: true));
        Assert.Equal(upstreams, Kinds(DisruptionPolicy.Best, repacks: false));
        Assert.Equal(
            [MethodKind.Emptiness, MethodKind.StaticDrift, MethodKind.Drift, MethodKind.Repack, MethodKind.SingleNode],
            Kinds(DisruptionPolicy.Best, repacks: true)
        );

        static IEnumerable<MethodKind> Kinds(DisruptionPolicy policy, bool repacks) =>
            DisruptionMethods.InOrder(policy, repacks).Select(static it => it.Kind);
    }

    [Fact]
    public void A_stay_is_expected_to_last_as_long_as_it_has_lasted_within_bounds()
    {
        var command = Assert.Single(
            Decide(
                Ours(["small", "huge"])
                    .Pool()
                    .Node("n1", "huge", null, World.Pod("a-1", "1900m"))
                    .Node("n2", "huge", null, World.Pod("b-1", "1900m"))
            ).Commands
        );
        Assert.Equal(TimeSpan.FromHours(1), MoveWorth.ExpectedStay(command, World.Now));
        Assert.Equal(TimeSpan.FromMinutes(10), MoveWorth.ExpectedStay(command, World.Now.AddMinutes(-59)));
        Assert.Equal(TimeSpan.FromHours(24), MoveWorth.ExpectedStay(command, World.Now.AddDays(9)));
    }

    private static World Ours(string[] types) =>
        new()
        {
            Policy = DisruptionPolicy.Best,
            Types = [.. new World().Types.Where(type => types.Contains(type.Name))],
        };

    private static MethodOutcome Decide(World world) => DisruptionMethods.Decide(new Repack(), world.Input, []);
}
