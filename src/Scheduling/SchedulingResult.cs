using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Foundation.Units;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling;

/// <summary>Pods that a node already there takes.</summary>
public sealed record Placement(NodeState Node, ImmutableArray<Pod> Pods);

/// <summary>Why a pod has no place.</summary>
/// <param name="Pod">As it was given, no preference removed.</param>
/// <param name="Message">Upstream's words, complete; the event prefixes <c>Failed to schedule pod, </c>.</param>
/// <param name="Why">All causes, for the tools that explain.</param>
/// <param name="IsReservedOffering">Deferred to a later pass for want of reserved capacity: no event, not
/// unschedulable.</param>
public sealed record PodRefusal(Pod Pod, string Message, Misfit Why, bool IsReservedOffering);

/// <summary>A pool that cannot serve anyone because its own requirements leave no instance type.</summary>
public sealed record PoolRefusal(string NodePool, bool MinValues);

/// <summary>What one scheduling run decided.</summary>
public sealed record SchedulingResult
{
    public ImmutableArray<NewClaim> Claims { get; init; } = [];
    public ImmutableArray<Placement> Existing { get; init; } = [];
    public ImmutableArray<PodRefusal> Refusals { get; init; } = [];

    /// <summary>Pools to warn with <c>NoCompatibleInstanceTypes</c>.</summary>
    public ImmutableArray<PoolRefusal> EmptyPools { get; init; } = [];

    /// <summary>The cheapest price of each new claim, summed.</summary>
    public HourlyPrice Cost { get; init; }

    /// <summary>No plan for the same pods on new claims can cost less; zero when no bound was computed.</summary>
    public HourlyPrice Bound { get; init; }

    /// <summary>What upstream's greedy would have paid.</summary>
    public HourlyPrice GreedyCost { get; init; }

    /// <summary>How far the plan may be from the cheapest possible one: (cost − bound) / cost.</summary>
    public double Gap => Cost.Micros == 0 || Bound.Micros == 0 ? 0 : 1 - ((double)Bound.Micros / Cost.Micros);

    /// <summary>Pods were left undecided because the time was up.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Hex SHA-256 of the canonical plan: equal for equal problems on any machine.</summary>
    public string PlanSha256 { get; init; } = "";

    public bool AllPodsPlaced => Refusals.IsEmpty && !TimedOut;
}
