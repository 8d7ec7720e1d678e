using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Domain.Catalog;
using Tenon.Domain.Cluster;
using Tenon.Foundation.Units;

namespace Tenon.Disruption.Candidates;

/// <summary>A node that no rule protects, with what it would cost to take it and what it would save.</summary>
public sealed record Candidate
{
    public required StateNode State { get; init; }
    public required NodePool Pool { get; init; }

    /// <summary>Null when the pool does not sell such a type any more.</summary>
    public required InstanceType? Type { get; init; }

    /// <summary>Pods that need a new place when the node goes.</summary>
    public required ImmutableArray<Pod> Reschedulable { get; init; }

    /// <summary>What the machine costs, whether or not it could be bought now; zero when that is not known.</summary>
    public required HourlyPrice Price { get; init; }

    /// <summary>Weighs age too; orders the scale-down of static pools.</summary>
    public required double DisruptionCost { get; init; }

    /// <summary>1 plus what its pods cost to move.</summary>
    public required double RescheduleCost { get; init; }

    public string Key => State.Key;
    public string Name => State.Name;
    public string PoolName => Pool.Metadata.Name ?? "";
    public NodeClaim Claim => State.Claim!;
    public Node Node => State.Node!;
    public string? Zone => State.Label(Api.Names.WellKnownLabels.Zone);
    public string? CapacityType => State.Label(Api.Names.WellKnownLabels.CapacityType);
    public double SavingsRatio => (double)Price.Dollars / RescheduleCost;

    /// <summary>By cost, not by count: a node whose only pods cost nothing to move is empty.</summary>
    public bool IsEmpty => RescheduleCost <= 1.0;

    public bool IsStatic => Pool.Spec.Replicas is not null;

    public string Policy => Pool.Spec.Disruption?.ConsolidationPolicy ?? "WhenEmptyOrUnderutilized";

    /// <summary>Null means Never.</summary>
    public TimeSpan? ConsolidateAfter =>
        Pool.Spec.Disruption?.ConsolidateAfter is { } after ? after.ToTimeSpan() : TimeSpan.Zero;

    public Condition? Condition(string type) => Claim.Status.Conditions.FirstOrDefault(it => it.Type == type);

    public bool Is(string conditionType) => Condition(conditionType)?.Status == "True";
}
