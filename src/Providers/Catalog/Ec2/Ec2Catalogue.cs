using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Providers.Port;

namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// Every EC2 type that has a price in a region, in all its zones, on demand and spot. Types carry the labels of the AWS
/// provider and of KWOK's, so that pools written for either select the same machines.
/// </summary>
internal static class Ec2Catalogue
{
    private const string Prefix = "aws:";

    public static CatalogueOutcome Load(string name)
    {
        var region = name[Prefix.Length..];
        if (!Ec2Region.IsName(region))
            return new CatalogueOutcome.Refused(
                $"catalogue {name}: \"{region}\" is not the name of an AWS region; try aws:us-east-1"
            );
        var prices = Ec2Facts.PricesOf(region);
        var market = new Market(region);
        return new CatalogueOutcome.Loaded(
            new Catalogue
            {
                Name = name,
                Region = region,
                Currency = prices.Currency,
                Types =
                [
                    .. Ec2Facts
                        .Usable.Where(type => prices.MicrosPerHour.ContainsKey(type.Name))
                        .Select(type => market.TypeOf(type, new HourlyPrice(prices.MicrosPerHour[type.Name]))),
                ],
                Vocabulary = Words,
                OnDemandPrices =
                    prices.Region == region
                        ? $"EC2's list for {region}, Linux, shared tenancy"
                        : $"EC2's list for {prices.Region}, which stands in for {region}",
                SpotPrices = SpotPriceModel.Description,
            }
        );
    }

    public static readonly ProviderVocabulary Words = new()
    {
        WellKnownLabels = ProviderVocabulary.Words(Ec2Labels.All.Concat(KwokLabels.All)),
        RestrictedDomains = ProviderVocabulary.Words(Ec2Labels.Domain, WellKnownLabels.KwokDomain),
        WellKnownResources = ProviderVocabulary.Words(Ec2Resources.WellKnown),
        LabelAliases = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            [KeyValuePair.Create(Ec2Labels.EbsZone, WellKnownLabels.Zone)]
        ),
        FixedValues = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            [KeyValuePair.Create(Ec2Labels.Tenancy, ProviderVocabulary.Words("default", "dedicated"))]
        ),
        ReservationIdLabel = Ec2Labels.ReservationId,
    };

    /// <summary>
    /// The zones and capacity types of a region. Requirement sets are shared by all types: there are but a dozen.
    /// </summary>
    private sealed class Market
    {
        private static readonly string[] Sold = [CapacityTypes.OnDemand, CapacityTypes.Spot];

        private readonly RequirementPool _pool = new();
        private readonly string _region;
        private readonly ImmutableArray<(string Zone, string ZoneId)> _zones;
        private readonly ImmutableArray<(string Zone, string CapacityType, RequirementSet Requirements)> _places;

        public Market(string region)
        {
            _region = region;
            _zones = Ec2Region.Zones(region);
            _places =
            [
                .. from zone in _zones
                from capacityType in Sold
                select (zone.Zone, capacityType, RequirementsOf(zone.Zone, zone.ZoneId, capacityType)),
            ];
        }

        public InstanceType TypeOf(Ec2TypeFacts type, HourlyPrice onDemand)
        {
            var spot = SpotPriceModel.IsSold(type.Family ?? type.Name);
            var capacity = Ec2Shape.Capacity(type, Ec2Shape.Settings.Default);
            return new InstanceType
            {
                Name = type.Name,
                Requirements = RequirementSet.Of([
                    .. Ec2Shape.Labels(type, _region, _pool),
                    _pool.In(WellKnownLabels.Zone, [.. _zones.Select(zone => zone.Zone)]),
                    _pool.In(Ec2Labels.ZoneId, [.. _zones.Select(zone => zone.ZoneId)]),
                    _pool.In(WellKnownLabels.CapacityType, spot ? Sold : Sold[..1]),
                    _pool.None(Ec2Labels.ReservationId),
                    _pool.None(Ec2Labels.ReservationType),
                    _pool.None(Ec2Labels.ReservationInterruptible),
                    .. KwokLabels.For(type.Name, capacity.Of("cpu").ToString(), capacity.Of("memory").ToString()),
                ]),
                Offerings =
                [
                    .. _places
                        .Where(place => spot || place.CapacityType == CapacityTypes.OnDemand)
                        .Select(place => new Offering
                        {
                            Requirements = place.Requirements,
                            Price =
                                place.CapacityType == CapacityTypes.OnDemand
                                    ? onDemand
                                    : SpotPriceModel.PriceOf(type.Name, place.Zone, onDemand),
                            Available = true,
                        }),
                ],
                Capacity = capacity,
                Overhead = Ec2Shape.Overhead(type, Ec2Shape.Settings.Default),
            };
        }

        private static RequirementSet RequirementsOf(string zone, string zoneId, string capacityType) =>
            RequirementSet.Of(
                Requirement.In(WellKnownLabels.Zone, zone),
                Requirement.In(Ec2Labels.ZoneId, zoneId),
                Requirement.In(WellKnownLabels.CapacityType, capacityType),
                Requirement.DoesNotExist(Ec2Labels.ReservationId),
                Requirement.DoesNotExist(Ec2Labels.ReservationType),
                Requirement.DoesNotExist(Ec2Labels.ReservationInterruptible)
            );
    }
}
