using Tenon.Api.Aws;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.NodeClass;
using Tenon.Providers.Aws.Pricing;
using Tenon.Providers.Caches;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.InstanceTypes;

/// <summary>What EC2 says it has: types, and the zones each is offered in.</summary>
public sealed record Ec2Inventory(
    ImmutableArray<Ec2InstanceType> Types,
    ImmutableSortedDictionary<string, ImmutableSortedSet<string>> ZonesByType
)
{
    /// <summary>Every zone of every type, in ordinal order.</summary>
    public ImmutableSortedSet<string> Zones { get; } =
        ImmutableSortedSet.CreateRange(StringComparer.Ordinal, ZonesByType.Values.SelectMany(zones => zones));

    /// <summary>Reads both lists. Either one empty is an error, because it would offer nothing at all.</summary>
    public static async ValueTask<Wire.AwsResult<Ec2Inventory>> ReadAsync(Ec2Client ec2, CancellationToken cancel)
    {
        var types = await ec2.DescribeInstanceTypesAsync(cancel);
        if (!types.IsOk)
            return types.Error;
        var offerings = await ec2.DescribeInstanceTypeOfferingsAsync(cancel);
        if (!offerings.IsOk)
            return offerings.Error;
        if (types.Value.IsEmpty)
            return Empty("DescribeInstanceTypes", "no instance types found");
        if (offerings.Value.IsEmpty)
            return Empty("DescribeInstanceTypeOfferings", "no instance types offerings found");
        return new Ec2Inventory(
            [.. types.Value.OrderBy(type => type.Facts.Name, StringComparer.Ordinal)],
            offerings
                .Value.GroupBy(it => it.InstanceType, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(
                    group => group.Key,
                    group => ImmutableSortedSet.CreateRange(StringComparer.Ordinal, group.Select(it => it.Zone)),
                    StringComparer.Ordinal
                )
        );
    }

    private static Wire.AwsError Empty(string operation, string message) =>
        new(Wire.AwsErrorKind.Unreadable, operation, "", message, 200);
}

/// <summary>
/// Turns the inventory into instance types for one node class: labels, capacity, overhead, and an offering for every
/// zone and capacity type with its price (AWS provider specification §4.2 to §4.10). A pure function of what it is
/// given.
/// </summary>
public sealed record Ec2Offer
{
    public required string Region { get; init; }
    public required Ec2NodeClass NodeClass { get; init; }
    public required PriceBook Prices { get; init; }
    public required UnavailableOfferings Unavailable { get; init; }
    public Ec2Shape.Settings Settings { get; init; } = Ec2Shape.Settings.Default;

    /// <summary>The placement group of the class; null when it has none.</summary>
    public Ec2PlacementGroup? Group { get; init; }

    /// <summary>Core feature gate ReservedCapacity.</summary>
    public bool ReservedCapacity { get; init; } = true;

    /// <summary>How many machines a reservation has left, by its id.</summary>
    public Func<string, long> Left { get; init; } = _ => 0;

    /// <summary>Whether a subnet has no address left.</summary>
    public Func<string, bool> IsFull { get; init; } = _ => false;

    /// <summary>Memory that nodes of a type reported; null where none did.</summary>
    public Func<string, long?> MemoryOf { get; init; } = _ => null;

    /// <summary>
    /// Every type is told, also those that cannot be bought or do not suit the class: their offerings are unavailable.
    /// </summary>
    public ImmutableArray<InstanceType> Types(Ec2Inventory inventory)
    {
        var pool = new RequirementPool();
        var subnets = NodeClass.Status?.Subnets ?? [];
        var idByZone = subnets
            .Where(subnet => subnet.ZoneId is { Length: > 0 })
            .GroupBy(subnet => subnet.Zone, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().ZoneId!, StringComparer.Ordinal);
        var reachable = ImmutableSortedSet.CreateRange(StringComparer.Ordinal, subnets.Select(subnet => subnet.Zone));
        return [.. inventory.Types.Select(type => TypeOf(type, inventory, reachable, idByZone, pool))];
    }

    private InstanceType TypeOf(
        Ec2InstanceType type,
        Ec2Inventory inventory,
        ImmutableSortedSet<string> reachable,
        Dictionary<string, string> idByZone,
        RequirementPool pool
    )
    {
        var zones = (inventory.ZonesByType.GetValueOrDefault(type.Facts.Name) ?? []).Intersect(reachable);
        string[] usage =
        [
            .. type
                .UsageClasses.Where(it => it is CapacityTypes.OnDemand or CapacityTypes.Spot)
                .Order(StringComparer.Ordinal),
        ];
        var reserved = ReservedCapacity
            ? (NodeClass.Status?.CapacityReservations ?? []).Where(it => it.InstanceType == type.Facts.Name).ToArray()
            : [];
        var settings = MemoryOf(type.Facts.Name) is { } bytes ? Settings with { DiscoveredMemory = bytes } : Settings;
        var suits = Suits(type);
        IEnumerable<Offering> offerings =
            from zone in inventory.Zones
            from capacityType in usage
            select OfferingOf(
                type.Facts.Name,
                zone,
                capacityType,
                suits && zones.Contains(zone) && HasAddresses(zone),
                idByZone.GetValueOrDefault(zone),
                pool
            );
        offerings = offerings.Concat(
            reserved.Select(it => ReservedOffering(it, suits && zones.Contains(it.AvailabilityZone), idByZone, pool))
        );
        return new InstanceType
        {
            Name = type.Facts.Name,
            Requirements = RequirementSet.Of([
                .. Ec2Shape.Labels(type.Facts, Region, pool, Settings.WindowsBuild),
                pool.In(WellKnownLabels.Zone, [.. zones]),
                .. idByZone.Count == 0
                    ? []
                    : (Requirement[])[pool.In(Ec2Labels.ZoneId, [.. idByZone.Values.Order(StringComparer.Ordinal)])],
                pool.In(WellKnownLabels.CapacityType, reserved.Length > 0 ? [.. usage, CapacityTypes.Reserved] : usage),
                .. ReservationLabels(reserved, pool),
                .. GroupLabels(pool),
            ]),
            Capacity = Ec2Shape.Capacity(type.Facts, settings),
            Overhead = Ec2Shape.Overhead(type.Facts, settings),
            Offerings = [.. InPartitions(offerings, pool)],
        };
    }

    /// <summary>A zone whose every subnet is full sells nothing.</summary>
    private bool HasAddresses(string zone)
    {
        var any = false;
        foreach (var subnet in NodeClass.Status?.Subnets ?? [])
            if (subnet.Zone == zone)
            {
                if (!IsFull(subnet.Id))
                    return true;
                any = true;
            }
        return !any;
    }

    private Offering OfferingOf(
        string type,
        string zone,
        string capacityType,
        bool possible,
        string? zoneId,
        RequirementPool pool
    )
    {
        var price = capacityType == CapacityTypes.Spot ? Prices.Spot(type, zone) : Prices.OnDemand(type);
        return new Offering
        {
            Requirements = RequirementSet.Of([
                pool.In(WellKnownLabels.CapacityType, capacityType),
                pool.In(WellKnownLabels.Zone, zone),
                .. zoneId is null ? [] : (Requirement[])[pool.In(Ec2Labels.ZoneId, zoneId)],
                .. ReservationLabels([], pool),
            ]),
            Price = price ?? HourlyPrice.Zero,
            Available =
                possible && price is not null && !Unavailable.Contains(new OfferingKey(type, zone, capacityType)),
        };
    }

    /// <summary>Paid for already, so next to nothing: a ten-millionth of the on-demand price keeps the order.</summary>
    private Offering ReservedOffering(
        ResolvedCapacityReservation reservation,
        bool possible,
        Dictionary<string, string> idByZone,
        RequirementPool pool
    )
    {
        var left = Left(reservation.Id);
        return new Offering
        {
            Requirements = RequirementSet.Of([
                pool.In(WellKnownLabels.CapacityType, CapacityTypes.Reserved),
                pool.In(WellKnownLabels.Zone, reservation.AvailabilityZone),
                .. idByZone.TryGetValue(reservation.AvailabilityZone, out var zoneId)
                    ? (Requirement[])[pool.In(Ec2Labels.ZoneId, zoneId)]
                    : [],
                .. ReservationLabels([reservation], pool),
            ]),
            Price = new HourlyPrice((Prices.OnDemand(reservation.InstanceType)?.Micros ?? 0) / ReservedShare),
            Available = possible && left > 0 && reservation.State != "expiring",
            ReservationCapacity = (int)Math.Min(left, int.MaxValue),
            ReservationLabel = Ec2Labels.ReservationId,
        };
    }

    private const long ReservedShare = 10_000_000;

    private static IEnumerable<Requirement> ReservationLabels(
        ResolvedCapacityReservation[] reservations,
        RequirementPool pool
    )
    {
        if (reservations.Length == 0)
            return
            [
                pool.None(Ec2Labels.ReservationId),
                pool.None(Ec2Labels.ReservationType),
                pool.None(Ec2Labels.ReservationInterruptible),
            ];
        string[] Values(Func<ResolvedCapacityReservation, string> of) =>
            [.. reservations.Select(of).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return
        [
            pool.In(Ec2Labels.ReservationId, Values(it => it.Id)),
            pool.In(Ec2Labels.ReservationType, Values(it => it.ReservationType ?? "default")),
            pool.In(Ec2Labels.ReservationInterruptible, Values(it => it.Interruptible == true ? "true" : "false")),
        ];
    }

    private IEnumerable<Requirement> GroupLabels(RequirementPool pool)
    {
        if (Group is null)
            yield break;
        yield return pool.In(Ec2Labels.PlacementGroupId, Group.Id);
        if (Group is { Strategy: "partition", Partitions: > 0 })
            yield return pool.In(Ec2Labels.PlacementGroupPartition, Partitions());
    }

    private string[] Partitions() =>
        [
            .. Enumerable
                .Range(1, (int)Group!.Partitions)
                .Select(it => it.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];

    /// <summary>In a partition group every offering exists once per partition.</summary>
    private IEnumerable<Offering> InPartitions(IEnumerable<Offering> offerings, RequirementPool pool) =>
        Group is not { Strategy: "partition", Partitions: > 0 }
            ? offerings
            : from offering in offerings
            from partition in Partitions()
            select offering with
            {
                Requirements = offering.Requirements.Add(pool.In(Ec2Labels.PlacementGroupPartition, partition)),
            };

    /// <summary>Whether the class can be made on this type at all (§4.10).</summary>
    internal bool Suits(Ec2InstanceType type)
    {
        var spec = NodeClass.Spec;
        if (AmiFamily.Of(spec) == AmiFamilies.Al2023 && type.Facts.Name.StartsWith("a1.", StringComparison.Ordinal))
            return false;
        if (spec.CpuOptions?.NestedVirtualization == "enabled" && !type.NestedVirtualization)
            return false;
        if (spec.ConnectionTracking is not null && type.Facts.Hypervisor != "nitro")
            return false;
        if (Group is not null && !type.PlacementStrategies.Contains(Group.Strategy, StringComparer.Ordinal))
            return false;
        if (spec.NetworkInterfaces is not { Count: > 0 } cards)
            return true;
        return type.Ena
            && cards.Count(card => card.InterfaceType == "efa-only") <= type.Facts.EfaInterfaces
            && cards.All(card =>
                card.NetworkCardIndex < type.Cards.Length && card.DeviceIndex < type.Cards[card.NetworkCardIndex]
            );
    }
}
