using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Foundation.Units;

namespace Tenon.Scheduling;

/// <summary>
/// A node that exists or is being launched, as a simulation may use it (scheduling specification §1.10).
/// </summary>
public sealed record NodeState
{
    public required string Name { get; init; }
    public string? ProviderId { get; init; }

    /// <summary>The hostname label, or the name when there is none.</summary>
    public required string HostName { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public IReadOnlyDictionary<string, string> Annotations { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// What a pod must tolerate; ephemeral and startup taints of a node that is starting are left out already.
    /// </summary>
    public IReadOnlyList<Taint> Taints { get; init; } = [];

    public IReadOnlyList<Taint> StartupTaints { get; init; } = [];
    public required ResourceList Capacity { get; init; }
    public required ResourceList Allocatable { get; init; }

    /// <summary>Allocatable less what bound pods ask for, including their slots.</summary>
    public required ResourceList Available { get; init; }

    /// <summary>
    /// What the DaemonSet pods bound here ask for: this much of the DaemonSets' share is no longer to come.
    /// </summary>
    public ResourceList DaemonSetRequests { get; init; } = ResourceList.Empty;

    public ImmutableArray<Pod> BoundPods { get; init; } = [];

    /// <summary>Backed by a NodeClaim.</summary>
    public bool IsManaged { get; init; }

    public bool IsInitialized { get; init; }
    public string? NodePool { get; init; }

    /// <summary>
    /// How many volumes each CSI driver can attach here; a driver that is missing has no known limit.
    /// </summary>
    public IReadOnlyDictionary<string, int> VolumeLimits { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>What this node costs, when known.</summary>
    public HourlyPrice? Price { get; init; }
}
