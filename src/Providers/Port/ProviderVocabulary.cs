namespace Tenon.Providers.Port;

/// <summary>
/// The words a provider adds to Karpenter's own (labels a pod may name without any pool defining them, label domains
/// users may not write to, aliases of volume zone keys, resources). Sets are ordinal and sorted, so that they enumerate
/// the same everywhere.
/// </summary>
public sealed record ProviderVocabulary
{
    public static readonly ProviderVocabulary None = new();

    public ImmutableSortedSet<string> WellKnownLabels { get; init; } = Words();
    public ImmutableSortedSet<string> RestrictedDomains { get; init; } = Words();
    public ImmutableSortedSet<string> WellKnownResources { get; init; } = Words();

    /// <summary>Alias key → the key it is read as.</summary>
    public ImmutableSortedDictionary<string, string> LabelAliases { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Label key → the only values a requirement may name.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedSet<string>> FixedValues { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal);

    /// <summary>The label that carries a reservation's id, where the provider has reservations.</summary>
    public string? ReservationIdLabel { get; init; }

    public static ImmutableSortedSet<string> Words(params IEnumerable<string> words) =>
        ImmutableSortedSet.CreateRange(StringComparer.Ordinal, words);
}
