using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Domain.Requirements;

namespace Tenon.Scheduling;

/// <summary>Whether preferences are kept as long as possible or never looked at (<c>--preference-policy</c>).</summary>
public enum PreferencePolicy
{
    Respect,
    Ignore,
}

/// <summary>Whether a new claim may fall short of a pool's minValues (<c>--min-values-policy</c>).</summary>
public enum MinValuesPolicy
{
    Strict,
    BestEffort,
}

/// <summary>
/// What happens when reserved capacity that would do is taken: wait for the next pass, or buy without it.
/// </summary>
public enum ReservedMode
{
    Fallback,
    Strict,
}

/// <summary>The knobs of a scheduling run, in upstream's words and with upstream's defaults.</summary>
public sealed record SchedulingOptions
{
    public static readonly SchedulingOptions Default = new();

    public PreferencePolicy Preferences { get; init; } = PreferencePolicy.Respect;
    public MinValuesPolicy MinValues { get; init; } = MinValuesPolicy.Strict;

    /// <summary>Provisioning uses Strict; simulations of disruption use Fallback.</summary>
    public ReservedMode Reserved { get; init; } = ReservedMode.Fallback;

    /// <summary>The gate ReservedCapacity.</summary>
    public bool ReservedCapacity { get; init; } = true;

    /// <summary>Pods with resource claims are refused (<c>--ignore-dra-requests</c>).</summary>
    public bool IgnoreResourceClaims { get; init; } = true;

    /// <summary>Instance types that one claim may list, cheapest first.</summary>
    public int MaxInstanceTypes { get; init; } = 600;

    /// <summary>The core well-known labels and those of the provider.</summary>
    public LabelSet WellKnown { get; init; } = LabelSet.WellKnown;

    /// <summary>Spread constraints for pods without any (<c>--scheduler-config</c>).</summary>
    public ImmutableArray<TopologySpreadConstraint> DefaultSpread { get; init; } = [];

    /// <summary>The provider's default for claims whose pool names no termination grace period.</summary>
    public Api.Karpenter.GoDuration? DefaultTerminationGracePeriod { get; init; }
}
