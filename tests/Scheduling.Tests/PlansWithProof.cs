using Tenon.Bench.Workloads;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>What a plan says about itself: its price, and the price below which no plan can be.</summary>
public sealed class PlansWithProof
{
    private static readonly SolveLimits Best = new()
    {
        Policy = SolvePolicy.Best,
        MaxRounds = 8,
        MaxSteps = 60_000_000,
    };

    [Fact]
    public void Pods_that_keep_apart_are_bounded_by_a_machine_for_each()
    {
        var input = Moment([
            .. Pods(
                12,
                name => Pod(name, cpu: "100m", labels: Labels(), with: spec => spec.Apart(Hostname, Selecting()))
            ),
        ]);
        var result = Scheduler.Schedule(input, Best);
        Assert.Equal(12, result.Claims.Length);
        Assert.True(result.Gap < 0.01, $"{result.Cost} against {result.Bound}");
    }

    [Fact]
    public void A_better_plan_mixes_machines_where_greedy_takes_the_largest()
    {
        var result = Scheduler.Schedule(ReferenceMix.Input(300), Best);
        Assert.True(result.AllPodsPlaced);
        Assert.True(
            result.Cost.Micros <= result.GreedyCost.Micros * 0.8,
            $"{result.Cost} is not a fifth below greedy's {result.GreedyCost}"
        );
        Assert.True(result.Bound > default(Foundation.Units.HourlyPrice) && result.Bound <= result.Cost);
    }

    [Fact]
    public void Small_machines_are_bought_where_they_are_cheapest_for_what_they_hold()
    {
        var result = Scheduler.Schedule(CloudWorkloads.LogNormal(250), Best);
        Assert.True(
            result.Cost.Micros <= result.GreedyCost.Micros * 0.92,
            $"{result.Cost} is not 8 % below greedy's {result.GreedyCost}"
        );
    }

    [Fact]
    public void The_best_plan_is_the_same_on_every_thread_and_every_time()
    {
        var problem = Lowering.Lowering.From(ReferenceMix.Input(100)).Problem;
        var expected = Engine.Engine.Solve(problem, Best).Sha256();
        var seen = new string[3];
        var threads = Enumerable
            .Range(0, seen.Length)
            .Select(index => new Thread(() => seen[index] = Engine.Engine.Solve(problem, Best).Sha256()))
            .ToList();
        threads.ForEach(it => it.Start());
        threads.ForEach(it => it.Join());
        Assert.All(seen, it => Assert.Equal(expected, it));
    }

    [Fact]
    public void A_search_that_is_stopped_at_once_leaves_the_greedy_plan_standing()
    {
        var problem = Lowering.Lowering.From(ReferenceMix.Input(100)).Problem;
        var greedy = Engine.Engine.Solve(problem, SolveLimits.Greedy);
        var stopped = Engine.Engine.Solve(problem, Best with { ShouldStopImproving = static () => true });
        Assert.Equal(greedy.Sha256(), stopped.Sha256());
    }
}
