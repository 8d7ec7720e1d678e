using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Providers.Port;

namespace Tenon.Providers.Catalog;

/// <summary>One type as KWOK's catalogue files tell it.</summary>
internal sealed record CatalogueEntry(
    string Name,
    string Architecture,
    ImmutableArray<string> OperatingSystems,
    ResourceList Resources,
    ImmutableArray<Offering> Offerings
);

/// <summary>From entries to a catalogue, as KWOK's provider reads them.</summary>
internal static class CatalogueEntries
{
    private static readonly Quantity DefaultPods = Quantity.FromUnits(110);

    private static readonly InstanceTypeOverhead Overhead = new(
        ResourceList.Create(
            (Resources.Cpu, Quantity.FromMillis(100)),
            (Resources.Memory, Quantity.FromBytes(10L << 20))
        ),
        ResourceList.Empty,
        ResourceList.Empty
    );

    public static Offering Offering(string zone, string capacityType, HourlyPrice price) =>
        new()
        {
            Requirements = RequirementSet.Of(
                Requirement.In(WellKnownLabels.Zone, zone),
                Requirement.In(WellKnownLabels.CapacityType, capacityType)
            ),
            Price = price,
            Available = true,
        };

    public static Catalogue Build(
        string name,
        ImmutableArray<CatalogueEntry> entries,
        string onDemandPrices,
        string spotPrices
    ) =>
        new()
        {
            Name = name,
            Types = [.. entries.Select(TypeOf)],
            Vocabulary = new ProviderVocabulary
            {
                WellKnownLabels = ProviderVocabulary.Words(
                    KwokLabels.All.Concat(
                        entries
                            .SelectMany(entry => entry.Offerings)
                            .SelectMany(it => it.Requirements)
                            .Select(it => it.Key)
                    )
                ),
                RestrictedDomains = ProviderVocabulary.Words(WellKnownLabels.KwokDomain),
            },
            OnDemandPrices = onDemandPrices,
            SpotPrices = spotPrices,
        };

    private static InstanceType TypeOf(CatalogueEntry entry)
    {
        var capacity = entry.Resources.ContainsKey("pods")
            ? entry.Resources
            : entry.Resources.With("pods", DefaultPods);
        return new InstanceType
        {
            Name = entry.Name,
            Requirements = RequirementSet.Of([
                Requirement.In(WellKnownLabels.InstanceType, entry.Name),
                Requirement.In(WellKnownLabels.Arch, entry.Architecture),
                Requirement.In(WellKnownLabels.Os, entry.OperatingSystems),
                Requirement.In(WellKnownLabels.Zone, entry.Offerings.Select(offering => offering.Zone)),
                Requirement.In(WellKnownLabels.CapacityType, entry.Offerings.Select(offering => offering.CapacityType)),
                .. KwokLabels.For(entry.Name, capacity.Of("cpu").ToString(), capacity.Of("memory").ToString()),
            ]),
            Offerings = entry.Offerings,
            Capacity = capacity,
            Overhead = Overhead,
        };
    }
}
