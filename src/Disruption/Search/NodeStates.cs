using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Domain.Cluster;
using Tenon.Scheduling;

namespace Tenon.Disruption.Search;

/// <summary>A machine of the snapshot as the engine wants to see it.</summary>
public static class NodeStates
{
    public static NodeState From(StateNode state) =>
        new()
        {
            Name = state.Name,
            ProviderId = state.ProviderId,
            HostName = state.HostName,
            Labels = state.Labels,
            Annotations = state.Annotations,
            Taints = state.Taints,
            StartupTaints = state.Claim?.Spec.StartupTaints ?? [],
            Capacity = state.Capacity,
            Allocatable = state.Allocatable,
            Available = state.Available,
            DaemonSetRequests = state.Bound.DaemonRequests,
            BoundPods = [.. state.Bound.ByKey.Values],
            IsManaged = state.IsManaged,
            IsInitialized = state.IsInitialized,
            NodePool = state.NodePool,
            VolumeLimits = state.VolumeLimits,
        };

    /// <summary>Pods on machines that are on their way out, as far as they can be made to leave.</summary>
    public static ImmutableArray<Pod> PodsOfDeletingNodes(
        ClusterSnapshot cluster,
        Func<Pod, bool> isCurrentlyReschedulable
    ) =>
        [.. cluster.DeletingNodes.SelectMany(static state => state.Bound.ByKey.Values).Where(isCurrentlyReschedulable)];
}
