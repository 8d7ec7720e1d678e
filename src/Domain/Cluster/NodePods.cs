using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Domain.Pods;

namespace Tenon.Domain.Cluster;

/// <summary>
/// The pods bound to one node name that have not ended, with their sums kept up to date. Keyed by pod, so that an event
/// seen twice or out of order counts once.
/// </summary>
public sealed class NodePods
{
    public static readonly NodePods None = new(
        ImmutableSortedDictionary.Create<string, Pod>(StringComparer.Ordinal),
        ResourceList.Empty,
        ResourceList.Empty
    );

    private NodePods(
        ImmutableSortedDictionary<string, Pod> byKey,
        ResourceList requests,
        ResourceList daemonRequests
    ) => (ByKey, Requests, DaemonRequests) = (byKey, requests, daemonRequests);

    /// <summary>Pods by <c>namespace/name</c>, in that order.</summary>
    public ImmutableSortedDictionary<string, Pod> ByKey { get; }

    public ResourceList Requests { get; }

    /// <summary>The share of <see cref="Requests"/> that DaemonSets own.</summary>
    public ResourceList DaemonRequests { get; }

    public bool IsEmpty => ByKey.IsEmpty;

    public NodePods With(string key, Pod pod)
    {
        var without = Without(key);
        var requests = PodResources.RequestsWithSlot(pod);
        return new NodePods(
            without.ByKey.SetItem(key, pod),
            without.Requests + requests,
            pod.IsOwnedByDaemonSet ? without.DaemonRequests + requests : without.DaemonRequests
        );
    }

    public NodePods Without(string key)
    {
        if (!ByKey.TryGetValue(key, out var old))
            return this;
        if (ByKey.Count == 1)
            return None;
        var requests = PodResources.RequestsWithSlot(old);
        return new NodePods(
            ByKey.Remove(key),
            Requests - requests,
            old.IsOwnedByDaemonSet ? DaemonRequests - requests : DaemonRequests
        );
    }
}
