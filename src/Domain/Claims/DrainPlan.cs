using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Domain.Pods;

namespace Tenon.Domain.Claims;

/// <summary>Which pods of a leaving node are asked to go now.</summary>
/// <param name="Waiting">Pods that still hold the node.</param>
/// <param name="Evict">Pods of the first tier that is not gone yet.</param>
/// <param name="Force">Pods that must be deleted now to have their whole grace before the deadline, whatever their
/// tier.</param>
public sealed record DrainPlan(int Waiting, ImmutableArray<Pod> Evict, ImmutableArray<Pod> Force)
{
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(1);

    public bool IsDrained => Waiting == 0;

    public static DrainPlan For(IEnumerable<Pod> podsOnNode, DateTimeOffset now, DateTimeOffset? deadline)
    {
        var waiting = podsOnNode.Where(pod => !pod.IsTerminal && IsDrainable(pod, now)).ToList();
        ImmutableArray<Pod> force = [.. waiting.Where(pod => NeedsForce(pod, now, deadline))];
        var rest = waiting.Where(pod => !NeedsForce(pod, now, deadline)).ToList();
        ImmutableArray<Pod> evict = rest.Count == 0 ? [] : [.. rest.GroupBy(Tier).MinBy(static tier => tier.Key)!];
        return new DrainPlan(waiting.Count, evict, force);
    }

    /// <summary>
    /// Pods that stay through disruption, mirrors of static pods, and pods whose kubelet does not answer do not hold a
    /// node.
    /// </summary>
    public static bool IsDrainable(Pod pod, DateTimeOffset now) =>
        !pod.ToleratesDisruption
        && !pod.IsOwnedByNode
        && !(pod.Metadata.DeletionTimestamp is { } deadline && now - deadline > StuckAfter);

    public static bool NeedsForce(Pod pod, DateTimeOffset now, DateTimeOffset? deadline)
    {
        if (deadline is not { } end)
            return false;
        if (pod.Metadata.DeletionTimestamp is { } going)
            return going > end;
        return pod.Spec.TerminationGracePeriodSeconds is { } seconds && now > end - TimeSpan.FromSeconds(seconds);
    }

    private static int Tier(Pod pod) =>
        (pod.Spec.PriorityClassName is "system-cluster-critical" or "system-node-critical" ? 2 : 0)
        + (pod.IsOwnedByDaemonSet ? 1 : 0);
}
