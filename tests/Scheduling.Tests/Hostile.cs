using System.Globalization;
using Tenon.Scheduling.Model;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>Problems nobody means well with end in refusals, and the same question in the same answer.</summary>
public sealed class Hostile
{
    [Fact]
    public void Pods_that_each_wait_for_the_other_are_refused()
    {
        var ring = Enumerable
            .Range(0, 5)
            .Select(index =>
                Pod(
                    Name(index),
                    labels: Labels("app", Name(index)),
                    with: spec => spec.With(Zone, Selecting("app", Name((index + 1) % 5)))
                )
            )
            .ToArray();
        var result = Moment(ring).Greedy();
        Assert.Equal(5, result.Refusals.Length);
        Assert.All(result.Refusals, refusal => Assert.True(refusal.Why.HasFlag(Misfit.Affinity)));
    }

    [Fact]
    public void Names_and_values_of_any_length_are_only_text()
    {
        var endless = new string('x', 100_000);
        var pod = Pod(
            endless,
            labels: Labels("app", endless),
            with: spec => spec.Selector(endless, endless).Spread(endless).With(endless, Selecting("app", endless))
        );
        Assert.Single(Moment(pod, Pod("b")).Greedy().Refusals);
    }

    [Fact]
    public void Quantities_at_the_edge_of_their_range_add_up_to_a_refusal()
    {
        var pods = Pods(
            20,
            name => Pod(name, cpu: "9223372036854775807", memory: "9223372036854775807", labels: Labels())
        );
        var result = (Moment(pods) with { DaemonSetPods = [Pod("daemon", cpu: "9E")] }).Greedy();
        Assert.Equal(20, result.Refusals.Length);
        Assert.All(result.Refusals, refusal => Assert.NotEqual(Misfit.None, refusal.Why));
    }

    [Fact]
    public void The_same_problem_gives_the_same_plan_ten_times()
    {
        var input = RandomWorlds.Of(11);
        var limits = new SolveLimits { Policy = SolvePolicy.Best, MaxRounds = 4 };
        Assert.Single(Enumerable.Range(0, 10).Select(_ => Scheduler.Schedule(input, limits).PlanSha256).Distinct());
    }

    [Fact]
    public void Any_problem_survives_its_file()
    {
        for (var seed = 1; seed <= 25; seed++)
        {
            var problem = Tenon.Scheduling.Lowering.Lowering.From(RandomWorlds.Of(seed)).Problem;
            var text = ProblemJson.Write(problem);
            var read = ProblemJson.Read(text, out var fault);
            Assert.Null(fault);
            Assert.Equal(text, ProblemJson.Write(read!));
            Assert.Equal(
                Engine.Engine.Solve(problem, SolveLimits.Greedy).Sha256(),
                Engine.Engine.Solve(read!, SolveLimits.Greedy).Sha256()
            );
        }
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"app-{index}");
}
