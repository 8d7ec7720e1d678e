using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Domain.Cluster;

/// <summary>
/// One fact about the cluster. Facts about objects may come twice, late, or in any order between kinds: applying them
/// is idempotent and converges.
/// </summary>
/// <param name="At">When it was seen; only time stamps of the snapshot derive from it.</param>
public abstract record ClusterEvent(DateTimeOffset At)
{
    public sealed record NodeApplied(Node Node, DateTimeOffset At) : ClusterEvent(At);

    public sealed record NodeDeleted(string Name, DateTimeOffset At) : ClusterEvent(At);

    public sealed record ClaimApplied(NodeClaim Claim, DateTimeOffset At) : ClusterEvent(At);

    public sealed record ClaimDeleted(string Name, DateTimeOffset At) : ClusterEvent(At);

    public sealed record PodApplied(Pod Pod, DateTimeOffset At) : ClusterEvent(At);

    public sealed record PodDeleted(string Namespace, string Name, DateTimeOffset At) : ClusterEvent(At);

    /// <summary>Attachable volumes per driver on one node; none when its CSINode is gone.</summary>
    public sealed record VolumeLimitsSeen(
        string NodeName,
        ImmutableSortedDictionary<string, int> Limits,
        DateTimeOffset At
    ) : ClusterEvent(At);

    /// <summary>Pods were promised the machine with this key.</summary>
    public sealed record Nominated(string Key, DateTimeOffset Until, DateTimeOffset At) : ClusterEvent(At);

    /// <summary>A disruption command takes these machines, or gives them back.</summary>
    public sealed record Marked(ImmutableArray<string> Keys, DateTimeOffset At) : ClusterEvent(At);

    public sealed record Unmarked(ImmutableArray<string> Keys, DateTimeOffset At) : ClusterEvent(At);

    /// <summary>Virtual buffer pods by machine key; replaces what was known.</summary>
    public sealed record BufferPodsCounted(ImmutableSortedDictionary<string, int> Counts, DateTimeOffset At)
        : ClusterEvent(At);

    /// <summary>
    /// Something else changed that may make a consolidation worthwhile again: a pool, an overlay, or five idle minutes.
    /// </summary>
    public sealed record Unconsolidated(DateTimeOffset At) : ClusterEvent(At);
}
