using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Churn;
using Tenon.Domain.Catalog;
using Tenon.Domain.Cluster;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Scheduling;

namespace Tenon.Disruption;

/// <summary>Everything a disruption decision is made from, at one moment.</summary>
public sealed record DisruptionInput
{
    public required ClusterSnapshot Cluster { get; init; }

    /// <summary>The managed pools, by name.</summary>
    public required ImmutableSortedDictionary<string, NodePool> Pools { get; init; }

    /// <summary>What each pool may buy; a pool whose types could not be listed is missing.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<InstanceType>> Types { get; init; }

    public required PdbLimits Pdbs { get; init; }

    /// <summary>Pods that wait for a node and are ours to serve, virtual buffer pods included.</summary>
    public required ImmutableArray<Pod> Pending { get; init; }

    /// <summary>One pod for each DaemonSet.</summary>
    public required ImmutableArray<Pod> DaemonPods { get; init; }

    public required IClusterLookup Lookup { get; init; }
    public required SchedulingOptions Scheduling { get; init; }

    /// <summary>Machines that a running command has already taken.</summary>
    public required ImmutableSortedSet<string> Queued { get; init; }

    /// <summary>Spend per pool as it is accounted; a pool not here is summed over its candidates.</summary>
    public ImmutableSortedDictionary<string, HourlyPrice> PoolCosts { get; init; } =
        ImmutableSortedDictionary.Create<string, HourlyPrice>(StringComparer.Ordinal);

    /// <summary>What earlier questions learnt; the owner hands it from one moment to the next.</summary>
    public SchedulingSession Session { get; init; } = new();

    public bool SpotToSpot { get; init; }
    public DisruptionPolicy Policy { get; init; } = DisruptionPolicy.Upstream;

    /// <summary>What consolidation moved lately; empty under upstream's policy.</summary>
    public MoveHistory Moves { get; init; } = MoveHistory.Empty;

    public required LabelSet WellKnown { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>Polled inside long searches; the shell decides what "too long" means.</summary>
    public Func<bool>? ShouldStop { get; init; }
}
