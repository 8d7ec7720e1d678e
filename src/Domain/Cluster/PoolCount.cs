using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;

namespace Tenon.Domain.Cluster;

/// <summary>The claims of one pool by what is happening to them, launched or not.</summary>
/// <param name="PendingDisruption">Taken by a command that has not begun to delete them.</param>
public readonly record struct PoolCount(int Active, int PendingDisruption, int Deleting)
{
    public long All => (long)Active + PendingDisruption + Deleting;

    /// <param name="queued">Keys of machines that running commands hold.</param>
    public static PoolCount Of(ClusterSnapshot cluster, string pool, ImmutableSortedSet<string> queued)
    {
        int active = 0,
            pending = 0,
            deleting = 0;
        foreach (var claim in cluster.Claims.Values)
        {
            if (!claim.Metadata.Labels.TryGetValue(WellKnownLabels.NodePool, out var name) || name != pool)
                continue;
            var key = claim.Status.ProviderId ?? "";
            if (claim.Metadata.IsDeleting)
                deleting++;
            else if (key.Length > 0 && queued.Contains(key))
                pending++;
            else if (key.Length > 0 && cluster.Nodes.TryGetValue(key, out var state) && state.IsMarkedForDeletion)
                deleting++;
            else
                active++;
        }
        return new PoolCount(active, pending, deleting);
    }

    /// <summary>The pool's own limit on nodes; unlimited when it states none.</summary>
    public static long NodeLimit(NodePool pool) =>
        pool.Spec.Limits is { } limits && limits.ContainsKey(Resources.Nodes)
            ? limits.Of(Resources.Nodes).ToUnits()
            : long.MaxValue;
}
