using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Disruption.Candidates;

/// <summary>
/// What it costs to move a pod, without unit: an ordinary pod costs 1. Doubles, because upstream's comparisons are.
/// </summary>
public static class PodCosts
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";
    private const double DeletionCostScale = 1 << 27;
    private const double PriorityScale = 1 << 25;

    public static double Eviction(Pod pod)
    {
        var cost = 1.0;
        if (
            pod.Metadata.Annotations.TryGetValue(DeletionCost, out var text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var deletion)
            && !double.IsNaN(deletion)
        )
            cost += deletion / DeletionCostScale;
        if (pod.Spec.Priority is { } priority)
            cost += priority / PriorityScale;
        return Math.Clamp(cost, -10.0, 10.0);
    }

    /// <summary>1 for a node as good as empty; pods that cost nothing or less do not hold a node.</summary>
    public static double Reschedule(IEnumerable<Pod> reschedulable) =>
        1.0 + reschedulable.Sum(static pod => Math.Max(0.0, Eviction(pod)));

    /// <summary>The share of its life a claim still has, 1 when it never expires.</summary>
    public static double LifetimeRemaining(NodeClaim claim, DateTimeOffset now)
    {
        if (claim.Spec.ExpireAfter?.ToTimeSpan() is not { } span || claim.Metadata.CreationTimestamp is not { } born)
            return 1.0;
        if (span <= TimeSpan.Zero)
            return 0.0;
        return Math.Clamp((span - (now - born)) / span, 0.0, 1.0);
    }
}
