using System.Globalization;
using Tenon.Api.Core;
using Tenon.Foundation.Units;

namespace Tenon.Providers.Catalog;

/// <summary>
/// The 144 types that KWOK's provider ships (core scheduling specification §21.2): twelve CPU counts, three memory
/// factors, two operating systems, two architectures; four zones, spot and on-demand.
/// </summary>
internal static class GenericCatalogue
{
    private static readonly int[] Cpus = [1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256];
    private static readonly (int Factor, string Family)[] Families = [(2, "c"), (4, "s"), (8, "m")];
    private static readonly string[] Systems = ["linux", "windows"];
    private static readonly string[] Architectures = ["amd64", "arm64"];
    private static readonly string[] Zones = ["test-zone-a", "test-zone-b", "test-zone-c", "test-zone-d"];
    private static readonly string[] CapacityTypes = ["spot", "on-demand"];

    public static Catalogue Create()
    {
        var types =
            from cpu in Cpus
            from family in Families
            from system in Systems
            from architecture in Architectures
            select Entry(cpu, family.Factor, family.Family, system, architecture);
        return CatalogueEntries.Build(
            "generic",
            [.. types],
            onDemandPrices: "KWOK's formula: 0.025 per CPU and 0.001 per 10^9 bytes of memory",
            spotPrices: "modelled: 0.7 of the on-demand price"
        );
    }

    private static CatalogueEntry Entry(int cpu, int factor, string family, string system, string architecture)
    {
        var memory = (long)cpu * factor << 30;
        var onDemand = 0.025m * cpu + 0.001m * memory / 1_000_000_000m;
        var offerings =
            from zone in Zones
            from capacityType in CapacityTypes
            select CatalogueEntries.Offering(
                zone,
                capacityType,
                HourlyPrice.FromDollars(capacityType == "spot" ? onDemand * 0.7m : onDemand)
            );
        return new CatalogueEntry(
            string.Create(CultureInfo.InvariantCulture, $"{family}-{cpu}x-{architecture}-{system}"),
            architecture,
            [system],
            ResourceList.Create(
                ("cpu", Quantity.FromUnits(cpu)),
                ("memory", Quantity.FromBytes(memory)),
                ("pods", Quantity.FromUnits(Math.Min(16 * cpu, 1024))),
                ("ephemeral-storage", Quantity.FromBytes(20L << 30))
            ),
            [.. offerings]
        );
    }
}
