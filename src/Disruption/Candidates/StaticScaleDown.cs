using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;

namespace Tenon.Disruption.Candidates;

/// <summary>Which nodes a pool of fixed size is missed least without.</summary>
public static class StaticScaleDown
{
    /// <summary>
    /// The pool's claims that are neither going nor held by a command: those without a machine first, then nodes with
    /// nothing on them but DaemonSet pods, then the others by what they cost to disturb; nodes whose pods forbid
    /// disruption come last. Ties by name.
    /// </summary>
    /// <param name="queued">Keys of machines that running commands hold.</param>
    public static ImmutableArray<NodeClaim> InOrder(
        ClusterSnapshot cluster,
        string pool,
        ImmutableSortedSet<string> queued,
        DateTimeOffset now
    ) =>
        [
            .. cluster
                .Claims.Values.Where(claim =>
                    claim.Metadata.Labels.TryGetValue(WellKnownLabels.NodePool, out var name)
                    && name == pool
                    && IsActive(claim, cluster, queued)
                )
                .Select(claim => (Claim: claim, Rank: Rank(claim, cluster, now)))
                .OrderBy(static it => it.Rank.Tier)
                .ThenBy(static it => it.Rank.Cost)
                .ThenBy(static it => it.Claim.Metadata.Name, StringComparer.Ordinal)
                .Select(static it => it.Claim),
        ];

    private static bool IsActive(NodeClaim claim, ClusterSnapshot cluster, ImmutableSortedSet<string> queued)
    {
        var key = claim.Status.ProviderId ?? "";
        return !claim.Metadata.IsDeleting
            && (
                key.Length == 0
                || (!queued.Contains(key) && cluster.Nodes.GetValueOrDefault(key) is not { IsMarkedForDeletion: true })
            );
    }

    private static (int Tier, double Cost) Rank(NodeClaim claim, ClusterSnapshot cluster, DateTimeOffset now)
    {
        if (claim.Status.ProviderId is not { Length: > 0 } key || !cluster.Nodes.TryGetValue(key, out var state))
            return (0, 0);
        var pods = state.Bound.ByKey.Values;
        var isHeld = pods.Any(pod => pod.IsActive && pod.ForbidsDisruption(now));
        var isEmpty = pods.All(static pod => pod.IsOwnedByDaemonSet);
        if (isEmpty && !isHeld)
            return (1, 0);
        return (isHeld ? 3 : 2, pods.Sum(PodCosts.Eviction) * PodCosts.LifetimeRemaining(claim, now));
    }
}
