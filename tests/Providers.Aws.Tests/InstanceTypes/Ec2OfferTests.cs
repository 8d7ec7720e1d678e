using Tenon.Api.Aws;
using Tenon.Domain.Catalog;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.InstanceTypes;
using Tenon.Providers.Aws.Pricing;
using Tenon.Providers.Aws.Tests.Wire;
using Tenon.Providers.Caches;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.Tests.InstanceTypes;

public sealed class Ec2OfferTests : IDisposable
{
    private static readonly ImmutableSortedSet<string> AllZones = ImmutableSortedSet.Create(
        StringComparer.Ordinal,
        "us-west-2a",
        "us-west-2b",
        "us-west-2c"
    );

    private readonly FakeAws _aws = new();

    public void Dispose() => _aws.Dispose();

    private static Ec2InstanceType Live(string name, params string[] usage) =>
        new()
        {
            Facts = Ec2Facts.Find(name)!,
            UsageClasses = [.. usage],
            Cards = [15, 15],
            Ena = true,
        };

    private static Ec2Inventory Inventory(params Ec2InstanceType[] types) =>
        new(
            [.. types],
            types.ToImmutableSortedDictionary(type => type.Facts.Name, _ => AllZones, StringComparer.Ordinal)
        );

    private Ec2Offer Offer(Ec2NodeClassSpec? spec = null) =>
        new()
        {
            Region = "us-west-2",
            Prices = new PriceBook("us-west-2"),
            Unavailable = new UnavailableOfferings(_aws.Loop.Time),
            NodeClass = new Ec2NodeClass
            {
                Spec = spec ?? new Ec2NodeClassSpec(),
                Status = new Ec2NodeClassStatus
                {
                    Subnets =
                    [
                        new ResolvedSubnet
                        {
                            Id = "s1",
                            Zone = "us-west-2a",
                            ZoneId = "usw2-az1",
                        },
                        new ResolvedSubnet
                        {
                            Id = "s2",
                            Zone = "us-west-2b",
                            ZoneId = "usw2-az2",
                        },
                    ],
                },
            },
        };

    private static string[] Available(InstanceType type) =>
        [.. type.Offerings.Where(it => it.Available).Select(it => $"{it.Zone}/{it.CapacityType}")];

    [Fact]
    public void A_type_is_sold_where_it_is_offered_and_a_subnet_is()
    {
        var type = Assert.Single(Offer().Types(Inventory(Live("m5.large", "on-demand", "spot"))));
        Assert.Equal(6, type.Offerings.Length);
        Assert.Equal(
            ["us-west-2a/on-demand", "us-west-2a/spot", "us-west-2b/on-demand", "us-west-2b/spot"],
            Available(type)
        );
        Assert.Equal(["us-west-2a", "us-west-2b"], type.Requirements.Of("topology.kubernetes.io/zone").Values);
        Assert.Equal(["usw2-az1", "usw2-az2"], type.Requirements.Of("topology.k8s.aws/zone-id").Values);
        Assert.Equal(
            "topology.k8s.aws/zone-id In [usw2-az2]",
            type.Offerings[2].Requirements.Of("topology.k8s.aws/zone-id").ToString()
        );
        Assert.Equal("6903Mi", type.Allocatable.Of("memory").ToString());
    }

    [Fact]
    public void What_was_refused_lately_or_has_no_price_is_unavailable()
    {
        var offer = Offer();
        offer.Unavailable.Add(new OfferingKey("m5.large", "us-west-2a", "spot"), "InsufficientInstanceCapacity");
        offer.Prices.MergeSpot([new Ec2SpotPrice("m5.large", "us-west-2a", 0.03m, DateTimeOffset.UnixEpoch)]);
        var type = Assert.Single(offer.Types(Inventory(Live("m5.large", "on-demand", "spot"))));
        Assert.Equal(["us-west-2a/on-demand", "us-west-2b/on-demand"], Available(type));
    }

    [Fact]
    public void A_type_that_does_not_suit_the_class_stays_listed_without_anything_to_buy()
    {
        var types = Offer(new Ec2NodeClassSpec { AmiFamily = "AL2023" })
            .Types(Inventory(Live("a1.large", "on-demand"), Live("m5.large", "on-demand")));
        Assert.Equal([0, 2], types.Select(type => Available(type).Length));
        Assert.Equal("a1.large", types[0].Name);
    }

    [Theory]
    [InlineData("m5.large", "connection tracking", true)]
    [InlineData("m4.large", "connection tracking", false)]
    [InlineData("m5.metal", "connection tracking", false)]
    [InlineData("m5.large", "nested virtualization", false)]
    [InlineData("m5.large", "third card", false)]
    [InlineData("m5.large", "second card", true)]
    [InlineData("m5.large", "efa", false)]
    [InlineData("p4d.24xlarge", "efa", true)]
    public void Demands_of_the_class_are_compared_with_the_machine(string type, string demand, bool suits)
    {
        NodeNetworkInterface Card(int card, string kind) => new() { NetworkCardIndex = card, InterfaceType = kind };
        Assert.Equal(
            suits,
            Offer(
                    demand switch
                    {
                        "connection tracking" => new Ec2NodeClassSpec
                        {
                            ConnectionTracking = new ConnectionTracking { UdpTimeout = 30 },
                        },
                        "nested virtualization" => new Ec2NodeClassSpec
                        {
                            CpuOptions = new CpuOptions { NestedVirtualization = "enabled" },
                        },
                        "third card" => new Ec2NodeClassSpec
                        {
                            NetworkInterfaces = [Card(0, "interface"), Card(2, "interface")],
                        },
                        "second card" => new Ec2NodeClassSpec
                        {
                            NetworkInterfaces = [Card(0, "interface"), Card(1, "interface")],
                        },
                        _ => new Ec2NodeClassSpec { NetworkInterfaces = [Card(0, "interface"), Card(1, "efa-only")] },
                    }
                )
                .Suits(Live(type, "on-demand"))
        );
    }

    [Fact]
    public void An_inventory_without_types_or_zones_is_an_error()
    {
        _aws.Answer("DescribeInstanceTypes", "<r><instanceTypeSet/></r>")
            .Answer("DescribeInstanceTypeOfferings", "<r><instanceTypeOfferingSet/></r>");
        var read = _aws.Run(() => Ec2Inventory.ReadAsync(new Ec2Client(_aws.Session), CancellationToken.None));
        Assert.Equal("no instance types found", read.Error!.Message);
    }
}
