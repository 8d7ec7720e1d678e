using System.Collections.Immutable;
using Tenon.Api.Core;

namespace Tenon.Scheduling;

/// <summary>One moment to be planned: everything the rules look at, and nothing that moves.</summary>
public sealed record SchedulingInput
{
    /// <summary>Dynamic, ready pools in any order; the engine orders them by weight.</summary>
    public required ImmutableArray<NodePoolOffer> Pools { get; init; }

    /// <summary>Nodes that may take pods: existing and in flight, none that is marked for deletion.</summary>
    public required ImmutableArray<NodeState> Nodes { get; init; }

    /// <summary>Pods to place: pending, and those of nodes that go away.</summary>
    public required ImmutableArray<Pod> Pods { get; init; }

    /// <summary>One pod per DaemonSet (scheduling specification §7).</summary>
    public ImmutableArray<Pod> DaemonSetPods { get; init; } = [];

    public IClusterLookup Lookup { get; init; } = ClusterLookup.Empty;

    /// <summary>
    /// Capacity in use per pool, <c>nodes</c> included, against its limits. A pool that is missing here uses what those
    /// of
    /// <see cref="Nodes"/> that belong to it add up to, which is what a simulation without some of its nodes wants.
    /// </summary>
    public ImmutableSortedDictionary<string, ResourceList> UsedByPool { get; init; } =
        ImmutableSortedDictionary<string, ResourceList>.Empty;

    public SchedulingOptions Options { get; init; } = SchedulingOptions.Default;
    public DateTimeOffset Now { get; init; }
}
