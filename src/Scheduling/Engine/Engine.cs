using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Engine;

/// <summary>From a problem to a plan. The same problem gives the same plan, byte for byte.</summary>
public static class Engine
{
    public static Plan Solve(Problem problem, SolveLimits limits)
    {
        var tables = new Tables(problem);
        var greedy = new Greedy(tables);
        var assignment = greedy.Run(limits.ShouldStop);
        var plan = Finalising.Finish(tables, greedy.Packing, assignment);
        limits.FirstPlanStands?.Invoke();
        return plan;
    }
}
