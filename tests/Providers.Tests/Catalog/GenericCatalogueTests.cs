using Tenon.Domain.Catalog;
using Tenon.Foundation.Units;
using Tenon.Providers.Catalog;

namespace Tenon.Providers.Tests.Catalog;

public sealed class GenericCatalogueTests
{
    private static readonly Catalogue Generic = Assert
        .IsType<CatalogueOutcome.Loaded>(Catalogues.Load("generic"))
        .Catalogue;

    private static InstanceType TypeOf(string name) => Generic.Types.Single(type => type.Name == name);

    [Fact]
    public void The_144_types_stand_in_kwoks_order()
    {
        Assert.Equal(144, Generic.Types.Length);
        Assert.Equal(
            ["c-1x-amd64-linux", "c-1x-arm64-linux", "c-1x-amd64-windows", "c-1x-arm64-windows", "s-1x-amd64-linux"],
            Generic.Types.Take(5).Select(type => type.Name)
        );
        Assert.Equal("m-256x-arm64-windows", Generic.Types[^1].Name);
    }

    [Fact]
    public void Sizes_follow_the_cpu_count()
    {
        var large = TypeOf("m-256x-amd64-linux");
        Assert.Equal("256", large.Capacity.Of("cpu").ToString());
        Assert.Equal("2Ti", large.Capacity.Of("memory").ToString());
        Assert.Equal("1024", large.Capacity.Of("pods").ToString());
        Assert.Equal("20Gi", large.Capacity.Of("ephemeral-storage").ToString());
        Assert.Equal("16", TypeOf("c-1x-amd64-linux").Capacity.Of("pods").ToString());
        Assert.Equal("900m", TypeOf("c-1x-amd64-linux").Allocatable.Of("cpu").ToString());
        Assert.Equal("2038Mi", TypeOf("c-1x-amd64-linux").Allocatable.Of("memory").ToString());
    }

    [Fact]
    public void Prices_are_kwoks_to_the_micro_dollar()
    {
        var small = TypeOf("c-1x-amd64-linux");
        Assert.Equal(8, small.Offerings.Length);
        Assert.Equal(("test-zone-a", "spot"), (small.Offerings[0].Zone, small.Offerings[0].CapacityType));
        Assert.Equal(("test-zone-a", "on-demand"), (small.Offerings[1].Zone, small.Offerings[1].CapacityType));
        Assert.Equal(HourlyPrice.FromDollars(0.027147483648m), small.PriceIn("test-zone-d", "on-demand"));
        Assert.Equal(HourlyPrice.FromDollars(0.0190032385536m), small.PriceIn("test-zone-d", "spot"));
        Assert.Equal(
            HourlyPrice.FromDollars(6.0193162788864m),
            TypeOf("m-256x-amd64-linux").PriceIn("test-zone-a", "spot")
        );
    }

    [Fact]
    public void Kwoks_labels_are_on_every_type_and_well_known()
    {
        var type = TypeOf("s-8x-arm64-linux");
        Assert.Equal(
            "karpenter.kwok.sh/instance-size In [8]",
            type.Requirements.Of("karpenter.kwok.sh/instance-size").ToString()
        );
        Assert.Equal(
            "karpenter.kwok.sh/instance-family In [s]",
            type.Requirements.Of("karpenter.kwok.sh/instance-family").ToString()
        );
        Assert.Equal(
            "karpenter.kwok.sh/instance-cpu In [8]",
            type.Requirements.Of("karpenter.kwok.sh/instance-cpu").ToString()
        );
        Assert.Equal(
            "karpenter.kwok.sh/instance-memory In [32Gi]",
            type.Requirements.Of("karpenter.kwok.sh/instance-memory").ToString()
        );
        Assert.Superset(KwokLabels.All.ToHashSet(), Generic.Vocabulary.WellKnownLabels);
        Assert.Equal(["karpenter.kwok.sh"], Generic.Vocabulary.RestrictedDomains);
    }

    [Theory]
    [InlineData("m5.large", "4", "large")]
    [InlineData("c5.12xlarge", "48", "12xlarge")]
    [InlineData("x1.metal", "64", "metal")]
    [InlineData("n2-standard-8", "8", "8")]
    [InlineData("m5.metal-24xl", "96", "96")]
    public void A_size_is_read_from_names_that_have_one(string type, string cpu, string size) =>
        Assert.Equal(size, KwokLabels.SizeOf(type, cpu));

    [Theory]
    [InlineData("m5.large", "m5")]
    [InlineData("n2-standard-8", "n2")]
    [InlineData("StandardD2", "S")]
    public void A_family_is_read_from_the_front_of_the_name(string type, string family) =>
        Assert.Equal(family, KwokLabels.FamilyOf(type));
}
