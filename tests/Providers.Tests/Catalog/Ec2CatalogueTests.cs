using System.Globalization;
using System.Reflection;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Providers.Catalog;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Tests.Catalog;

public sealed class Ec2CatalogueTests
{
    private static readonly Catalogue UsEast1 = Loaded("aws:us-east-1");

    private static Catalogue Loaded(string name) =>
        Assert.IsType<CatalogueOutcome.Loaded>(Catalogues.Load(name)).Catalogue;

    private static InstanceType TypeOf(string name) => UsEast1.Types.Single(type => type.Name == name);

    /// <summary>
    /// What the provider's documentation publishes for every type: name, cpu (m), memory (Mi), ephemeral (Mi), pods.
    /// </summary>
    private static IEnumerable<string[]> Published()
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream("ec2-allocatable.tsv")!;
        using var text = new StreamReader(file);
        foreach (var line in text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
            if (line.Split('\t') is var cells && cells[5].Contains('L', StringComparison.Ordinal))
                yield return cells;
    }

    [Fact]
    public void A_node_of_every_published_type_can_allocate_exactly_what_is_published()
    {
        var facts = Ec2Facts.Usable.ToDictionary(type => type.Name);
        var wrong = new List<string>();
        foreach (var row in Published())
        {
            var type = facts[row[0]];
            var left =
                Ec2Shape.Capacity(type, Ec2Shape.Settings.Default)
                - Ec2Shape.Overhead(type, Ec2Shape.Settings.Default).Total;
            string[] found =
            [
                type.Name,
                Text(left.Of("cpu").ToMillis()),
                Text(left.Of("memory").ToUnits() >> 20),
                Text(left.Of("ephemeral-storage").ToUnits() >> 20),
                Text(left.Of("pods").ToUnits()),
            ];
            if (!found.SequenceEqual(row.Take(5)))
                wrong.Add($"{string.Join(' ', found)}, published {string.Join(' ', row)}");
        }
        Assert.Empty(wrong);
        Assert.Equal(1363, facts.Count);
    }

    [Fact]
    public void The_worked_example_of_the_specification_comes_out()
    {
        var allocatable = TypeOf("m5.large").Allocatable;
        Assert.Equal("1930m", allocatable.Of("cpu").ToString());
        Assert.Equal("6903Mi", allocatable.Of("memory").ToString());
        Assert.Equal("17Gi", allocatable.Of("ephemeral-storage").ToString());
        Assert.Equal("29", allocatable.Of("pods").ToString());
    }

    [Fact]
    public void A_type_carries_every_label_of_the_aws_provider()
    {
        var labels = TypeOf("g5.xlarge").Requirements;
        Assert.All(
            Ec2Labels.All.Where(key => !key.Contains("placement-group", StringComparison.Ordinal)),
            key => Assert.True(labels.Has(key), key)
        );
        Assert.Equal("karpenter.k8s.aws/instance-gpu-name In [a10g]", labels.Of(Ec2Labels.GpuName).ToString());
        Assert.Equal("karpenter.k8s.aws/instance-gpu-memory In [22888]", labels.Of(Ec2Labels.GpuMemory).ToString());
        Assert.Equal("karpenter.k8s.aws/instance-local-nvme In [250]", labels.Of(Ec2Labels.LocalNvme).ToString());
        Assert.Equal(Operator.DoesNotExist, labels.Of(Ec2Labels.AcceleratorName).Operator);
        Assert.Equal("karpenter.k8s.aws/instance-category In [g]", labels.Of(Ec2Labels.Category).ToString());
        Assert.Equal("karpenter.k8s.aws/instance-generation In [5]", labels.Of(Ec2Labels.Generation).ToString());
        Assert.Equal("karpenter.k8s.aws/instance-memory In [16384]", labels.Of(Ec2Labels.Memory).ToString());
        Assert.Equal(
            "karpenter.kwok.sh/instance-size In [xlarge]",
            labels.Of("karpenter.kwok.sh/instance-size").ToString()
        );
        Assert.Equal(
            "kubernetes.io/arch In [arm64]",
            TypeOf("m7g.large").Requirements.Of("kubernetes.io/arch").ToString()
        );
        Assert.Equal(
            "karpenter.k8s.aws/instance-hypervisor In []",
            TypeOf("m5.metal").Requirements.Of(Ec2Labels.Hypervisor).ToString()
        );
        Assert.Equal("true", Assert.Single(TypeOf("m7i-flex.large").Requirements.Of(Ec2Labels.CapabilityFlex).Values));
    }

    [Fact]
    public void Devices_are_resources()
    {
        Assert.Equal("8", TypeOf("p4d.24xlarge").Capacity.Of("nvidia.com/gpu").ToString());
        Assert.Equal("1", TypeOf("inf1.xlarge").Capacity.Of("aws.amazon.com/neuron").ToString());
        Assert.Equal("4", TypeOf("inf1.xlarge").Capacity.Of("aws.amazon.com/neuroncore").ToString());
        Assert.False(TypeOf("m5.large").Capacity.ContainsKey("nvidia.com/gpu"));
        Assert.Equal("9", TypeOf("m5.large").Capacity.Of("vpc.amazonaws.com/pod-eni").ToString());
    }

    [Fact]
    public void Every_type_with_a_price_is_sold_in_every_zone_of_its_region()
    {
        Assert.Equal(1345, UsEast1.Types.Length);
        Assert.Equal(
            ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"],
            UsEast1.Zones
        );
        Assert.Equal(12, TypeOf("m5.large").Offerings.Length);
        Assert.Equal(HourlyPrice.FromDollars(0.096m), TypeOf("m5.large").PriceIn("us-east-1c", "on-demand"));
        Assert.All(TypeOf("u-6tb1.56xlarge").Offerings, offering => Assert.Equal("on-demand", offering.CapacityType));
        Assert.Equal(
            UsEast1.Types.Select(type => type.Name).Order(StringComparer.Ordinal),
            UsEast1.Types.Select(type => type.Name)
        );
    }

    [Fact]
    public void Spot_prices_are_modelled_below_on_demand_and_say_so()
    {
        Assert.StartsWith("modelled", UsEast1.SpotPrices, StringComparison.Ordinal);
        var discounts = new List<decimal>();
        foreach (var type in UsEast1.Types)
        foreach (var offering in type.Offerings.Where(it => it.CapacityType == "spot"))
        {
            var onDemand = type.PriceIn(offering.Zone, "on-demand")!.Value;
            discounts.Add(1 - offering.Price.Dollars / onDemand.Dollars);
        }
        Assert.All(discounts, discount => Assert.InRange(discount, 0.05m, 0.86m));
        var typical = discounts.Count(discount => discount is >= 0.55m and <= 0.75m);
        var tight = discounts.Count(discount => discount < 0.45m);
        Assert.InRange((double)typical / discounts.Count, 0.65, 0.95);
        Assert.InRange((double)tight / discounts.Count, 0.03, 0.25);
    }

    [Fact]
    public void The_same_names_have_the_same_spot_prices_in_every_process()
    {
        Assert.Equal("0.0381", SpotPriceModel.PriceOf("m5.large", "us-east-1a", new HourlyPrice(96_000)).ToString());
        Assert.Equal(
            "0.3149",
            SpotPriceModel.PriceOf("g5.xlarge", "us-east-1b", new HourlyPrice(1_006_000)).ToString()
        );
    }

    [Fact]
    public void A_region_with_a_list_of_its_own_uses_it_and_another_falls_back()
    {
        var gov = Loaded("aws:us-gov-west-1");
        Assert.Equal(["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"], gov.Zones);
        Assert.True(gov.Types.Length is > 500 and < 800);
        Assert.Equal("CNY", Loaded("aws:cn-north-1").Currency);

        var ireland = Loaded("aws:eu-west-1");
        Assert.Equal(UsEast1.Types.Length, ireland.Types.Length);
        Assert.Contains("stands in for eu-west-1", ireland.OnDemandPrices, StringComparison.Ordinal);
        Assert.Equal("euw1-az2", Assert.Single(ireland.Types[0].Offerings[2].Requirements.Of(Ec2Labels.ZoneId).Values));
    }

    [Theory]
    [InlineData("us-east-1", "use1")]
    [InlineData("ap-southeast-2", "apse2")]
    [InlineData("us-gov-west-1", "usgw1")]
    [InlineData("ca-central-1", "cac1")]
    public void Zone_ids_abbreviate_their_region_as_ec2_does(string region, string expected) =>
        Assert.Equal(expected, Ec2Region.ShortName(region));

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 70)]
    [InlineData(4, 80)]
    [InlineData(96, 310)]
    [InlineData(192, 550)]
    public void Reserved_cpu_shrinks_with_the_size_of_the_machine(long cpus, long millis) =>
        Assert.Equal(millis, Ec2Shape.ReservedCpu(cpus * 1000));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
