namespace Tenon.Scheduling;

/// <summary>
/// The rules of Kubernetes and Karpenter over one moment: lower, solve, raise. No clock, no call, no chance.
/// </summary>
public static class Scheduler
{
    public static SchedulingResult Schedule(SchedulingInput input, SolveLimits limits)
    {
        var lowered = Lowering.Lowering.From(input);
        var plan = Engine.Engine.Solve(lowered.Problem, limits);
        return Explain.Raising.From(lowered, plan);
    }
}
