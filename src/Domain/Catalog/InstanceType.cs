using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;

namespace Tenon.Domain.Catalog;

/// <summary>
/// A kind of machine as a provider sells it, whatever its availability. The object is shared and never changes.
/// </summary>
public sealed record InstanceType
{
    private const string HugePages = "hugepages-";

    /// <summary>The value of <c>node.kubernetes.io/instance-type</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Should name every well-known label, with DoesNotExist where one does not apply.</summary>
    public required RequirementSet Requirements { get; init; }

    public required ImmutableArray<Offering> Offerings { get; init; }
    public required ResourceList Capacity { get; init; }
    public required InstanceTypeOverhead Overhead { get; init; }

    /// <summary>A NodeOverlay changed this capacity.</summary>
    public bool CapacityOverlaid { get; init; }

    /// <summary>
    /// What pods may use when bought without overrides: capacity less overhead, less huge pages from memory.
    /// </summary>
    public ResourceList Allocatable => AllocatableOf(Capacity, Overhead.Total);

    /// <summary>What pods may use when bought through <paramref name="offering"/>.</summary>
    public ResourceList AllocatableThrough(Offering offering)
    {
        if (offering is { CapacityOverride: null, OverheadOverride: null })
            return Allocatable;
        return AllocatableOf(
            Replaced(Capacity, offering.CapacityOverride),
            Replaced(Overhead.Total, offering.OverheadOverride)
        );
    }

    /// <summary>
    /// The cheapest available offering that agrees with the requirements; the largest price when there is none.
    /// </summary>
    public HourlyPrice CheapestPrice(RequirementSet requirements, LabelSet wellKnown)
    {
        var best = HourlyPrice.Max;
        foreach (var offering in Offerings)
            if (
                offering.Available
                && offering.Price < best
                && requirements.IsCompatible(offering.Requirements, wellKnown)
            )
                best = offering.Price;
        return best;
    }

    /// <summary>
    /// What a launch could cost at worst: the provider tries reserved, then spot, then on-demand capacity, and within
    /// the first of these that is compatible may end up with the dearest offering.
    /// </summary>
    public HourlyPrice WorstLaunchPrice(RequirementSet requirements, LabelSet wellKnown)
    {
        foreach (
            var capacityType in (ReadOnlySpan<string>)
                [CapacityTypes.Reserved, CapacityTypes.Spot, CapacityTypes.OnDemand]
        )
        {
            HourlyPrice? worst = null;
            foreach (var offering in Offerings)
                if (
                    offering.Available
                    && offering.CapacityType == capacityType
                    && !(offering.Price < worst)
                    && requirements.IsCompatible(offering.Requirements, wellKnown)
                )
                    worst = offering.Price;
            if (worst is { } found)
                return found;
        }
        return HourlyPrice.Max;
    }

    /// <summary>
    /// The price of buying in this zone with this capacity type, available or not; null when it is not sold so.
    /// </summary>
    public HourlyPrice? PriceIn(string zone, string capacityType)
    {
        foreach (var offering in Offerings)
            if (offering.Zone == zone && offering.CapacityType == capacityType)
                return offering.Price;
        return null;
    }

    private static ResourceList AllocatableOf(ResourceList capacity, ResourceList overhead)
    {
        var left = capacity.ToDictionary(
            entry => entry.Key,
            entry => entry.Value - overhead.Of(entry.Key),
            StringComparer.Ordinal
        );
        foreach (var (name, quantity) in capacity)
        {
            if (!name.StartsWith(HugePages, StringComparison.Ordinal) || !left.TryGetValue("memory", out var memory))
                continue;
            left["memory"] = memory < quantity ? Quantity.Zero : memory - quantity;
        }
        return ResourceList.From(left);
    }

    private static ResourceList Replaced(ResourceList list, ResourceList? over)
    {
        if (over is null)
            return list;
        var merged = list.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        foreach (var (name, quantity) in over)
            merged[name] = quantity;
        return ResourceList.From(merged);
    }
}
