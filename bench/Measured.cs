using System.Diagnostics;
using Tenon.Scheduling;
using Tenon.Scheduling.Model;

namespace Tenon.Bench;

/// <summary>One timed run: from API objects to the plan that is reported.</summary>
public sealed record Measured(double FirstPlanMs, double SolveMs, double LowerMs, long AllocatedBytes, Plan Plan)
{
    /// <param name="input">The moment to plan.</param>
    /// <param name="policy">Greedy only, or improved until the budget is spent.</param>
    /// <param name="budget">Time for the whole run.</param>
    /// <param name="session">What earlier runs learnt; a new one makes every run a first.</param>
    public static Measured Run(
        SchedulingInput input,
        SolvePolicy policy,
        TimeSpan budget,
        SchedulingSession? session = null
    )
    {
        session ??= new();
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var lowered = session.Lower(input);
        var lower = watch.Elapsed.TotalMilliseconds;
        var first = 0.0;
        var plan = lowered.Solve(
            new SolveLimits
            {
                Policy = policy,
                ShouldStopImproving = () => watch.Elapsed > budget,
                FirstPlanStands = () => first = watch.Elapsed.TotalMilliseconds,
            }
        );
        var solve = watch.Elapsed.TotalMilliseconds;
        return new(first, solve, lower, GC.GetAllocatedBytesForCurrentThread() - allocated, plan);
    }
}
