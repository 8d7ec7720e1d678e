using Tenon.Api.Aws;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Networks;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Launch;

/// <summary>The words of a fleet request (AWS provider specification §5.4). A pure function.</summary>
internal static class FleetRequests
{
    /// <summary>Null when no place is left in which anything could be bought.</summary>
    public static Ec2FleetRequest? For(
        NodeClaim claim,
        Ec2NodeClass nodeClass,
        LaunchChoice choice,
        ImmutableArray<PlannedTemplate> templates,
        ImmutableSortedDictionary<string, ChosenSubnet> places,
        AwsOptions options
    )
    {
        ImmutableArray<Ec2FleetConfig> configs =
        [
            .. templates
                .Select(template => new Ec2FleetConfig(template.Request.Name, Overrides(template, choice, places)))
                .Where(config => !config.Overrides.IsEmpty),
        ];
        if (configs.IsEmpty)
            return null;
        var overlaid = claim.Metadata.Annotations.ContainsKey(Annotations.PriceOverlayApplied);
        var relaxed = claim.Metadata.Annotations.GetValueOrDefault(Annotations.NodeClaimMinValuesRelaxed) == "true";
        var tags = NodeTags.For(
            nodeClass,
            claim.Metadata.Labels.GetValueOrDefault(WellKnownLabels.NodePool, ""),
            options
        );
        var market = templates.Select(template => template.Request.MarketType).FirstOrDefault(it => it is not null);
        var isSpot = choice.CapacityType == CapacityTypes.Spot;
        return new Ec2FleetRequest
        {
            ClientToken = "",
            Context = relaxed ? null : nodeClass.Spec.Context,
            Configs = configs,
            CapacityType =
                isSpot ? "spot"
                : market == "capacity-block" ? "capacity-block"
                : market is not null ? "reserved-capacity"
                : "on-demand",
            SpotStrategy =
                !isSpot ? null
                : overlaid ? "capacity-optimized-prioritized"
                : "price-capacity-optimized",
            OnDemandStrategy =
                isSpot || market is not null ? null
                : overlaid ? "prioritized"
                : "lowest-price",
            ReservationTypes = market == "interruptible-capacity-reservation" ? [market] : [],
            Tags = [new("instance", tags), new("volume", tags), new("fleet", tags)],
        };
    }

    private static ImmutableArray<Ec2FleetOverride> Overrides(
        PlannedTemplate template,
        LaunchChoice choice,
        ImmutableSortedDictionary<string, ChosenSubnet> places
    )
    {
        var overrides = ImmutableArray.CreateBuilder<Ec2FleetOverride>();
        foreach (var type in template.Types)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var offering in type.Offerings)
            {
                if (
                    offering.CapacityType != choice.CapacityType
                    || (template.ReservationId is not null && offering.ReservationId != template.ReservationId)
                    || !places.TryGetValue(offering.Zone, out var place)
                    || !seen.Add(offering.Zone)
                )
                    continue;
                overrides.Add(
                    new Ec2FleetOverride(type.Name, place.Id, template.Image.Id, offering.Zone, offering.Price.Dollars)
                );
            }
        }
        return overrides.ToImmutable();
    }
}
