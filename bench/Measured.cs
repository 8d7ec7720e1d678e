using System.Diagnostics;
using Tenon.Scheduling;
using Tenon.Scheduling.Engine;
using Tenon.Scheduling.Lowering;
using Tenon.Scheduling.Model;

namespace Tenon.Bench;

/// <summary>One timed run: from API objects to the plan that is reported.</summary>
public sealed record Measured(double FirstPlanMs, double SolveMs, double LowerMs, long AllocatedBytes, Plan Plan)
{
    /// <param name="input">The moment to plan.</param>
    /// <param name="policy">Greedy only, or improved until the budget is spent.</param>
    /// <param name="budget">Time for the whole run.</param>
    public static Measured Run(SchedulingInput input, SolvePolicy policy, TimeSpan budget)
    {
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var lowered = Lowering.From(input);
        var lower = watch.Elapsed.TotalMilliseconds;
        var first = 0.0;
        var plan = Engine.Solve(
            lowered.Problem,
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
