using Tenon.Api.Core;
using Tenon.Disruption.Churn;
using Tenon.Disruption.Methods;
using Tenon.Domain.Cluster;

namespace Tenon.Disruption.Tests;

public sealed class MoveHistoryTests
{
    [Fact]
    public void A_pod_that_a_move_made_stays_for_a_window_that_doubles_from_move_to_move()
    {
        var history = MoveHistory.Empty.Moved([Born("a-1", -3600)], ClusterSnapshot.Empty, World.Now);
        Assert.False(history.Holds(Born("a-1", -3600), World.Now));
        Assert.True(history.Holds(Born("a-2", 5), World.Now.AddMinutes(9)));
        Assert.False(history.Holds(Born("a-2", 5), World.Now.AddMinutes(11)));
        var again = World.Now.AddMinutes(11);
        history = history.Moved([Born("a-2", 5)], ClusterSnapshot.Empty, again);
        Assert.True(history.Holds(Born("a-3", 665), again.AddMinutes(19)));
        Assert.False(history.Holds(Born("a-3", 665), again.AddMinutes(21)));
    }

    [Fact]
    public void Moving_a_pod_that_no_move_had_made_starts_the_window_anew()
    {
        var history = MoveHistory
            .Empty.Moved([Born("a-1", -3600)], ClusterSnapshot.Empty, World.Now)
            .Moved([Born("a-0", -7200)], ClusterSnapshot.Empty, World.Now.AddMinutes(30));
        Assert.Equal(1, Assert.Single(history.Moves).Value.Generation);
    }

    [Fact]
    public void A_rolled_pod_is_still_the_same_workloads()
    {
        static Pod Rolled(string hash) =>
            World.Pod(
                "web-x",
                edit: pod =>
                    pod with
                    {
                        Metadata = pod.Metadata with
                        {
                            Labels = new Dictionary<string, string> { ["pod-template-hash"] = hash },
                            OwnerReferences =
                            [
                                new OwnerReference
                                {
                                    ApiVersion = "apps/v1",
                                    Kind = "ReplicaSet",
                                    Name = $"web-{hash}",
                                    Uid = hash,
                                    Controller = true,
                                },
                            ],
                        },
                    }
            );
        Assert.Equal("default/ReplicaSet/web", MoveHistory.OwnerOf(Rolled("6c5")));
        Assert.Equal(MoveHistory.OwnerOf(Rolled("6c5")), MoveHistory.OwnerOf(Rolled("9ff")));
    }

    [Fact]
    public void A_move_that_had_to_be_bought_back_is_not_repeated_for_a_day_but_growth_is_no_regret()
    {
        var old = Born("a-1", -3600);
        var made = Born("a-2", 30);
        var history = MoveHistory.Empty.Moved([old], Of(old), World.Now);
        var later = World.Now.AddMinutes(4);
        Assert.True(history.BoughtFor([made], Of(made), later).Holds(made, World.Now.AddHours(23)));
        var grown = Of(made, Born("a-3", 30));
        Assert.False(history.BoughtFor([made], grown, later).Holds(made, World.Now.AddHours(1)));
    }

    [Fact]
    public void A_node_whose_replacement_failed_rests_longer_each_time_and_at_most_two_hours()
    {
        var candidate = Fresh(new World().Pool().Node("n", "huge", null, World.Pod("a-1")));
        var (history, at) = (MoveHistory.Empty, World.Now);
        foreach (var minutes in new[] { 5, 10, 20, 40, 80, 120, 120 })
        {
            history = history.Failed([candidate.Key], at);
            Assert.NotNull(history.Holds(candidate, at.AddMinutes(minutes).AddSeconds(-1)));
            at = at.AddMinutes(minutes);
            Assert.Null(history.Holds(candidate, at));
        }
    }

    [Fact]
    public void A_machine_dearer_than_promised_is_not_replaced_to_get_what_was_promised()
    {
        // Bought for 0.8, promised for 0.1, which is what the cheapest type costs: nothing is left to win.
        var world = new World { Policy = DisruptionPolicy.Best }
            .Pool()
            .Node("n1", "huge", new() { Promised = "100000" }, World.Pod("a-1", "1500m"));
        Assert.Empty(Decide(new SingleNode(), world).Commands);
        world = new World { Policy = DisruptionPolicy.Best }
            .Pool()
            .Node("n1", "huge", null, World.Pod("a-1", "1500m"));
        Assert.Single(Decide(new SingleNode(), world).Commands);
        world = new World { Policy = DisruptionPolicy.Upstream }
            .Pool()
            .Node("n1", "huge", new() { Promised = "100000" }, World.Pod("a-1", "1500m"));
        Assert.Single(Decide(new SingleNode(), world).Commands);
    }

    [Fact]
    public void A_replacement_must_be_worth_the_move()
    {
        // It saves 0.001 an hour; the pods restarted for it would cost more in the hour they are expected to stay.
        var world = new World
        {
            Policy = DisruptionPolicy.Best,
            Types = [World.Type("cheap", "4", 0.199m), World.Type("medium", "4", 0.2m)],
        }
            .Pool()
            .Node("n1", "medium", null, World.Pod("a-1"), World.Pod("b-1"));
        Assert.Empty(Decide(new SingleNode(), world).Commands);
        world = new World
        {
            Policy = DisruptionPolicy.Best,
            Types = [World.Type("cheap", "4", 0.1m), World.Type("medium", "4", 0.2m)],
        }
            .Pool()
            .Node("n1", "medium", null, World.Pod("a-1"), World.Pod("b-1"));
        Assert.Single(Decide(new SingleNode(), world).Commands);
    }

    [Fact]
    public void What_was_moved_a_short_while_ago_is_no_candidate()
    {
        var world = new World { Policy = DisruptionPolicy.Best }
            .Pool()
            .Node("n1", "huge", null, Born("a-1", 0));
        Assert.Single(Decide(new SingleNode(), world).Commands);
        world.Moves = MoveHistory.Empty.Moved([Born("a-0", -3600)], ClusterSnapshot.Empty, World.Now);
        Assert.Empty(Decide(new SingleNode(), world).Commands);
        Assert.Empty(Decide(new Repack(), world).Commands);
    }

    private static Pod Born(string name, int seconds) =>
        World.Pod(
            name,
            edit: pod => pod with { Metadata = pod.Metadata with { CreationTimestamp = World.Now.AddSeconds(seconds) } }
        );

    private static ClusterSnapshot Of(params Pod[] pods) =>
        pods.Aggregate(
            ClusterSnapshot.Empty,
            static (cluster, pod) => cluster.With(new ClusterEvent.PodApplied(pod, World.Now))
        );

    private static Candidates.Candidate Fresh(World world) =>
        Candidates.Eligibility.OfAll(world.Input, DisruptionClass.Graceful).Candidates[0];

    private static MethodOutcome Decide(IDisruptionMethod method, World world) =>
        DisruptionMethods.Decide(method, world.Input, []);
}
