using Tenon.Api.Core;

namespace Tenon.Api.Karpenter;

public sealed record Disruption : Wire
{
    public NillableDuration? ConsolidateAfter { get; init; }

    /// <summary>See <see cref="ConsolidationPolicies"/>; absent means <c>WhenEmptyOrUnderutilized</c>.</summary>
    public string? ConsolidationPolicy { get; init; }

    /// <summary>Absent: the schema default (10%) has not been applied; empty: unlimited disruption.</summary>
    public IReadOnlyList<Budget>? Budgets { get; init; }
}

/// <summary>
/// How many nodes may be disrupted at once, when, and for which reasons (core API specification §3.5).
/// </summary>
public sealed record Budget : Wire
{
    /// <summary>Absent: every reason; empty: none.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }
    public string? Nodes { get; init; }
    public string? Schedule { get; init; }
    public GoDuration? Duration { get; init; }
}
