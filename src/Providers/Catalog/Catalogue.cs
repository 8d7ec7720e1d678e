using Tenon.Domain.Catalog;
using Tenon.Providers.Port;

namespace Tenon.Providers.Catalog;

/// <summary>A list of instance types with prices that needs no cloud to be read.</summary>
public sealed record Catalogue
{
    /// <summary>As asked for: <c>aws:us-east-1</c>, <c>generic</c>, or the file's path.</summary>
    public required string Name { get; init; }

    /// <summary>In the order of the source: by name for the EC2 catalogue, as listed for the others.</summary>
    public required ImmutableArray<InstanceType> Types { get; init; }

    /// <summary>Labels and resources the types use beyond Karpenter's own.</summary>
    public required ProviderVocabulary Vocabulary { get; init; }

    /// <summary>The region of every offering; null where the catalogue has none.</summary>
    public string? Region { get; init; }

    /// <summary>ISO 4217 code of every price.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>In a sentence, where the on-demand prices come from.</summary>
    public required string OnDemandPrices { get; init; }

    /// <summary>
    /// In a sentence, where the spot prices come from. A modelled price says so here; it is not a quotation.
    /// </summary>
    public required string SpotPrices { get; init; }

    /// <summary>Every zone some offering is in, in ordinal order.</summary>
    public ImmutableArray<string> Zones =>
        [
            .. Types
                .SelectMany(type => type.Offerings)
                .Select(offering => offering.Zone)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}

/// <summary>What came of asking for a catalogue.</summary>
public abstract record CatalogueOutcome
{
    private CatalogueOutcome() { }

    public sealed record Loaded(Catalogue Catalogue) : CatalogueOutcome;

    /// <param name="Message">One line: the file or name, the entry and field, and what would be right.</param>
    public sealed record Refused(string Message) : CatalogueOutcome;
}
