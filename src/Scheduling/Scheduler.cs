namespace Tenon.Scheduling;

/// <summary>
/// The rules of Kubernetes and Karpenter over one moment: lower, solve, raise. No clock, no call, no chance.
/// </summary>
public static class Scheduler
{
    public static SchedulingResult Schedule(SchedulingInput input, SolveLimits limits) =>
        new SchedulingSession().Schedule(input, limits);
}
