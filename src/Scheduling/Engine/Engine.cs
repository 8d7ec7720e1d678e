using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>From a problem to a plan. The same problem gives the same plan, byte for byte.</summary>
public static class Engine
{
    public static Plan Solve(Problem problem, SolveLimits limits) => Solve(new Tables(problem), limits);

    internal static Plan Solve(Tables tables, SolveLimits limits)
    {
        var greedy = new Greedy(tables);
        var assignment = greedy.Run(limits.ShouldStop);
        var plan = Finalising.Finish(tables, greedy.Packing, assignment);
        limits.FirstPlanStands?.Invoke();
        if (limits.Policy == SolvePolicy.Greedy || plan.TimedOut)
            return plan.With(0, plan.CostMicros);
        var improver = new Improver(tables, greedy.Packing, assignment);
        var best = plan;
        if (improver.Run(limits) is var (packing, improved))
        {
            var candidate = Finalising.Finish(tables, packing, improved);
            if (candidate.IsBetterThan(plan))
                best = candidate;
        }
        var proven = improver.BoundMicros;
        // A bound above a plan would be a fault of the bound; then there is nothing to promise.
        var bound = proven <= best.CostMicros ? proven : 0;
        return best.With(bound, plan.CostMicros);
    }
}
