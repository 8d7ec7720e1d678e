using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Launch;

/// <summary>What a launch will ask for.</summary>
/// <param name="Types">Cheapest first, each with the offerings that are left to it.</param>
/// <param name="CapacityType"><c>reserved</c>, <c>spot</c> or <c>on-demand</c>.</param>
/// <param name="Tenancy"><c>default</c> or <c>dedicated</c>.</param>
public sealed record LaunchChoice(
    ImmutableArray<InstanceType> Types,
    string CapacityType,
    string Tenancy,
    RequirementSet Wanted
);

/// <summary>
/// Narrows what may be bought for a claim (AWS provider specification §5.2, §5.3): filter after filter, each of which
/// says why it exists. A pure function.
/// </summary>
public static class LaunchChoices
{
    /// <summary>Types of one request; more no longer change what EC2 picks.</summary>
    public const int MostTypes = 60;

    public const string NothingLeft = "all requested instance types were unavailable during launch";

    private static readonly ImmutableArray<string> Exotic =
    [
        Ec2Resources.Neuron,
        Ec2Resources.NeuronCore,
        Ec2Resources.AmdGpu,
        Ec2Resources.NvidiaGpu,
        Ec2Resources.Gaudi,
    ];

    /// <summary>Null when nothing is left, which is a lack of capacity.</summary>
    /// <param name="strictMinValues">Too few different types after the cut are a lack of capacity, too.</param>
    public static LaunchChoice? For(
        NodeClaim claim,
        ImmutableArray<InstanceType> types,
        LabelSet wellKnown,
        bool strictMinValues
    )
    {
        var wanted = NodeRequirements.From(claim.Spec.Requirements);
        var requests = claim.Spec.Resources?.Requests ?? ResourceList.Empty;
        var left = Compatible(types, wanted, requests, wellKnown);
        if (wanted.Of(WellKnownLabels.CapacityType).Has(CapacityTypes.Reserved))
            left = Reserved(left);
        if (!wanted.HasMinValues)
            left = WithoutDearSpot(WithoutExotic(left), wanted);
        left =
        [
            .. left.OrderBy(type => Cheapest(type)).ThenBy(type => type.Name, StringComparer.Ordinal).Take(MostTypes),
        ];
        if (left.IsEmpty || (strictMinValues && !KeepsMinValues(left, wanted)))
            return null;
        return new LaunchChoice(
            left,
            CapacityTypeOf(left, wanted),
            wanted.Of(Ec2Labels.Tenancy).Has("default") ? "default" : "dedicated",
            wanted
        );
    }

    /// <summary>Types that fit, with the offerings that can be had now and agree with the claim.</summary>
    private static ImmutableArray<InstanceType> Compatible(
        ImmutableArray<InstanceType> types,
        RequirementSet wanted,
        ResourceList requests,
        LabelSet wellKnown
    )
    {
        var left = ImmutableArray.CreateBuilder<InstanceType>();
        foreach (var type in types)
        {
            if (!type.Requirements.DoesIntersect(wanted))
                continue;
            ImmutableArray<Offering> offerings =
            [
                .. type.Offerings.Where(it =>
                    it.Available
                    && wanted.IsCompatible(it.Requirements, wellKnown)
                    && requests.Fits(type.AllocatableThrough(it))
                ),
            ];
            if (!offerings.IsEmpty)
                left.Add(type with { Offerings = offerings });
        }
        return left.ToImmutable();
    }

    /// <summary>
    /// One kind of reservation per launch, because EC2 buys each with other words: the kind with the cheapest offering.
    /// A capacity block is bought alone; otherwise each zone's fullest reservation of a type is enough.
    /// </summary>
    private static ImmutableArray<InstanceType> Reserved(ImmutableArray<InstanceType> types)
    {
        var kinds = types
            .SelectMany(type => type.Offerings)
            .Where(it => it.CapacityType == CapacityTypes.Reserved)
            .GroupBy(KindOf)
            .Select(group => (Kind: group.Key, Price: group.Min(it => it.Price)))
            .OrderBy(it => it.Price)
            .ThenBy(it => it.Kind)
            .ToArray();
        if (kinds is not [var chosen, ..])
            return types;
        ImmutableArray<InstanceType> left =
        [
            .. types
                .Select(type =>
                    type with
                    {
                        Offerings =
                        [
                            .. type
                                .Offerings.Where(it =>
                                    it.CapacityType == CapacityTypes.Reserved && KindOf(it) == chosen.Kind
                                )
                                .GroupBy(it => it.Zone, StringComparer.Ordinal)
                                .Select(zone =>
                                    zone.OrderByDescending(it => it.ReservationCapacity)
                                        .ThenBy(it => it.ReservationId, StringComparer.Ordinal)
                                        .First()
                                ),
                        ],
                    }
                )
                .Where(type => !type.Offerings.IsEmpty),
        ];
        if (chosen.Kind != ReservationKind.Block)
            return left;
        var block = left.OrderBy(Cheapest).ThenBy(type => type.Name, StringComparer.Ordinal).First();
        return [block with { Offerings = [block.Offerings.MinBy(it => it.Price)!] }];
    }

    private enum ReservationKind
    {
        Default,
        Block,
        Interruptible,
    }

    private static ReservationKind KindOf(Offering offering) =>
        offering.Requirements.Of(Ec2Labels.ReservationType).Has("capacity-block") ? ReservationKind.Block
        : offering.Requirements.Of(Ec2Labels.ReservationInterruptible).Has("true") ? ReservationKind.Interruptible
        : ReservationKind.Default;

    /// <summary>
    /// Bare metal and accelerators are bought for those who ask for them, unless nothing else is left.
    /// </summary>
    private static ImmutableArray<InstanceType> WithoutExotic(ImmutableArray<InstanceType> types)
    {
        ImmutableArray<InstanceType> plain = [.. types.Where(type => !IsExotic(type))];
        return plain.IsEmpty ? types : plain;
    }

    private static bool IsExotic(InstanceType type) =>
        type.Requirements.Of(Ec2Labels.Size).Values.Any(size => size.Contains("metal", StringComparison.Ordinal))
        || Exotic.Any(resource => !type.Capacity.Of(resource).IsZero);

    /// <summary>Spot that costs more than the cheapest on-demand machine is no bargain.</summary>
    private static ImmutableArray<InstanceType> WithoutDearSpot(
        ImmutableArray<InstanceType> types,
        RequirementSet wanted
    )
    {
        var allowed = wanted.Of(WellKnownLabels.CapacityType);
        if (!allowed.Has(CapacityTypes.Spot) || !allowed.Has(CapacityTypes.OnDemand))
            return types;
        var onDemand = PricesOf(types, CapacityTypes.OnDemand).ToArray();
        if (onDemand.Length == 0 || !PricesOf(types, CapacityTypes.Spot).Any())
            return types;
        var bound = onDemand.Min();
        return
        [
            .. types
                .Select(type =>
                    type with
                    {
                        Offerings =
                        [
                            .. type.Offerings.Where(it => it.CapacityType != CapacityTypes.Spot || it.Price <= bound),
                        ],
                    }
                )
                .Where(type => !type.Offerings.IsEmpty),
        ];
    }

    private static IEnumerable<HourlyPrice> PricesOf(ImmutableArray<InstanceType> types, string capacityType) =>
        types.SelectMany(type => type.Offerings).Where(it => it.CapacityType == capacityType).Select(it => it.Price);

    private static bool KeepsMinValues(ImmutableArray<InstanceType> types, RequirementSet wanted)
    {
        foreach (var member in wanted)
            if (
                member.MinValues is { } least
                && types
                    .SelectMany(type => type.Requirements.Of(member.Key).Values)
                    .Where(member.Has)
                    .Distinct(StringComparer.Ordinal)
                    .Count() < least
            )
                return false;
        return true;
    }

    private static string CapacityTypeOf(ImmutableArray<InstanceType> types, RequirementSet wanted)
    {
        foreach (var capacityType in (ReadOnlySpan<string>)[CapacityTypes.Reserved, CapacityTypes.Spot])
            if (wanted.Of(WellKnownLabels.CapacityType).Has(capacityType) && PricesOf(types, capacityType).Any())
                return capacityType;
        return CapacityTypes.OnDemand;
    }

    private static HourlyPrice Cheapest(InstanceType type) => type.Offerings.Min(it => it.Price);
}
