using Tenon.Kube.Client;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Simulation.Worlds;

/// <summary>Where the operator under test finds itself: the same things a process in a cluster is given.</summary>
public sealed record OperatorPlace
{
    public required KubeClient Client { get; init; }

    /// <summary>A road of its own for the leader's lease.</summary>
    public required KubeClient LeaseClient { get; init; }

    public required ICloudProvider Cloud { get; init; }

    /// <summary>Reclaim notices and the like.</summary>
    public required IInterruptionSource Interruptions { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>
    /// Measures how long a plan may be improved: in steps, so that every machine finds the same plan.
    /// </summary>
    public required TimeProvider PlanClock { get; init; }

    /// <summary>Unique among the incarnations of one run, the same in every run of the seed.</summary>
    public required string Identity { get; init; }
}

/// <summary>Runs the operator until cancelled. The world knows no more of it.</summary>
public delegate Task OperatorMain(OperatorPlace place, CancellationToken cancel);
