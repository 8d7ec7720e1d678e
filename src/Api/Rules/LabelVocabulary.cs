using System.Collections.Immutable;
using Tenon.Api.Names;

namespace Tenon.Api.Rules;

/// <summary>
/// What a running controller knows about label keys: the core's facts, and what its provider adds. All lists are in
/// ordinal order, because error texts print them.
/// </summary>
public sealed record LabelVocabulary
{
    public static readonly LabelVocabulary Core = new();

    /// <summary>The core with the KWOK provider's instance labels and domain.</summary>
    public static readonly LabelVocabulary Kwok = Core.With(
        [
            WellKnownLabels.KwokInstanceSize,
            WellKnownLabels.KwokInstanceFamily,
            WellKnownLabels.KwokInstanceMemory,
            WellKnownLabels.KwokInstanceCpu,
        ],
        [WellKnownLabels.KwokDomain]
    );

    public ImmutableArray<string> WellKnown { get; init; } = [.. WellKnownLabels.Core.Order(StringComparer.Ordinal)];
    public ImmutableArray<string> RestrictedDomains { get; init; } = [WellKnownLabels.KarpenterDomain];
    public ImmutableArray<string> RestrictedKeys { get; init; } = [WellKnownLabels.Hostname];

    /// <summary>Keys whose values form a closed set.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> KnownValues { get; init; } =
        ImmutableSortedDictionary
            .Create<string, ImmutableArray<string>>(StringComparer.Ordinal)
            .Add(WellKnownLabels.CapacityType, [CapacityTypes.OnDemand, CapacityTypes.Reserved, CapacityTypes.Spot]);

    /// <summary>Keys read as another key.</summary>
    public ImmutableSortedDictionary<string, string> Aliases { get; init; } =
        WellKnownLabels.Aliases.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public LabelVocabulary With(IEnumerable<string> wellKnown, IEnumerable<string> restrictedDomains) =>
        this with
        {
            WellKnown = [.. WellKnown.Union(wellKnown, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            RestrictedDomains =
            [
                .. RestrictedDomains.Union(restrictedDomains, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ],
        };

    public string Normalize(string key) => Aliases.GetValueOrDefault(key, key);

    public bool IsWellKnown(string key) => WellKnown.BinarySearch(key, StringComparer.Ordinal) >= 0;

    /// <summary>
    /// Null when users may use the key; otherwise upstream's words why not. Aware of domains: <c>fookarpenter.sh</c> is
    /// free.
    /// </summary>
    public string? Restriction(string key)
    {
        if (IsWellKnown(key))
            return null;
        var domain = key.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? key[..slash] : "";
        var restricted = RestrictedKeys.Contains(key);
        foreach (var name in RestrictedDomains)
            restricted |= domain == name || domain.EndsWith("." + name, StringComparison.Ordinal);
        return restricted
            ? $"using label {key} is not allowed as it might interfere with the internal provisioning logic; "
                + $"specify a well known label: [{string.Join(' ', WellKnown)}], "
                + $"or a custom label that does not use a restricted domain: [{string.Join(' ', RestrictedDomains)}]"
            : null;
    }
}
