using System.Text;
using Tenon.Providers.Catalog;

namespace Tenon.Providers.Tests.Catalog;

public sealed class CatalogueFileTests
{
    private const string Good = """
        [{"name": "n1", "architecture": "amd64", "operatingSystems": ["linux"],
          "resources": {"cpu": "4", "memory": "8Gi", "nvidia.com/gpu": 1},
          "offerings": [{"Price": 0.5, "Available": false, "Requirements": [
            {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"]},
            {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["z1"]},
            {"key": "example.com/rack", "operator": "In", "values": ["r7"]}]}]}]
        """;

    private static CatalogueOutcome Parse(string json) =>
        CatalogueFile.Parse(Encoding.UTF8.GetBytes(json), "types.json");

    private static string Refusal(string json) => Assert.IsType<CatalogueOutcome.Refused>(Parse(json)).Message;

    [Fact]
    public void Kwoks_format_is_read()
    {
        var catalogue = Assert.IsType<CatalogueOutcome.Loaded>(Parse(Good)).Catalogue;
        var type = Assert.Single(catalogue.Types);
        Assert.Equal("1", type.Capacity.Of("nvidia.com/gpu").ToString());
        Assert.Equal("110", type.Capacity.Of("pods").ToString());
        var offering = Assert.Single(type.Offerings);
        Assert.True(offering.Available, "every offering of a file counts as available");
        Assert.Equal(("z1", "spot", 500_000), (offering.Zone, offering.CapacityType, offering.Price.Micros));
        Assert.Contains("example.com/rack", catalogue.Vocabulary.WellKnownLabels);
    }

    [Fact]
    public void The_older_form_of_offerings_and_systems_is_read()
    {
        var catalogue = Assert
            .IsType<CatalogueOutcome.Loaded>(
                Parse(
                    """
                    [{"name": "g5.4xlarge", "architecture": "amd64", "operatingSystems": {"linux": {}},
                      "offerings": [{"capacityType": "on-demand", "zone": "us-east-1a", "price": 1.624}],
                      "resources": {"cpu": "16", "memory": "64Gi"}}]
                    """
                )
            )
            .Catalogue;
        Assert.Equal("us-east-1a", Assert.Single(catalogue.Types[0].Offerings).Zone);
    }

    [Fact]
    public void Malformed_json_is_refused_with_its_line() =>
        Assert.StartsWith(
            "catalogue types.json: line 3: not JSON: ",
            Refusal("[\n {\"name\": \"a\",\n  nope}]"),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("\"cpu\": \"4\"", "\"cpu\": \"4x\"", "resources.cpu: \"4x\" is not a quantity")]
    [InlineData("\"cpu\": \"4\"", "\"cpu\": \"0\"", "resources.cpu: a positive quantity is needed")]
    [InlineData(
        "\"memory\": \"8Gi\"",
        "\"memory\": true",
        "resources.memory: expected a quantity such as \"4\" or \"16Gi\""
    )]
    [InlineData("\"architecture\": \"amd64\"", "\"arch\": \"amd64\"", "architecture: is missing")]
    [InlineData("[\"linux\"]", "[]", "operatingSystems: at least one is needed")]
    [InlineData("\"Price\": 0.5", "\"Price\": \"0.5\"", "offerings[0].Price: expected a number, the price of one hour")]
    [InlineData("\"Price\": 0.5", "\"Price\": -1", "offerings[0].Price: -1 is not between 0 and 1000000")]
    [InlineData(
        "[\"spot\"]",
        "[\"cheap\"]",
        "offerings[0].Requirements: karpenter.sh/capacity-type is \"cheap\", use on-demand, spot or reserved"
    )]
    [InlineData(
        "[\"z1\"]",
        "[\"z1\", \"z2\"]",
        "offerings[0].Requirements: needs topology.kubernetes.io/zone In one value"
    )]
    [InlineData(
        "\"operator\": \"In\", \"values\": [\"r7\"]",
        "\"operator\": \"Has\", \"values\": [\"r7\"]",
        "offerings[0].Requirements example.com/rack: operator \"Has\" is not In, NotIn, Exists or DoesNotExist"
    )]
    public void A_fault_names_its_entry_and_field(string good, string bad, string fault) =>
        Assert.Equal(
            $"catalogue types.json: entry 1 (\"n1\"): {fault}",
            Refusal(Good.Replace(good, bad, StringComparison.Ordinal))
        );

    [Fact]
    public void A_name_used_twice_is_refused() =>
        Assert.Equal(
            "catalogue types.json: entry 2 (\"n1\"): name: the same name was used by an earlier entry",
            Refusal($"[{Good.Trim('[', ']')}, {Good.Trim('[', ']')}]")
        );

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    public void Something_else_than_a_list_of_types_is_refused(string json) =>
        Assert.Equal(
            "catalogue types.json: expected a JSON array of instance types with at least one entry",
            Refusal(json)
        );

    [Fact]
    public void A_missing_file_is_refused_with_what_would_do() =>
        Assert.Equal(
            "catalogue no/such.json: no such file; use aws:us-east-1, generic or an existing file",
            Assert.IsType<CatalogueOutcome.Refused>(Catalogues.Load("no/such.json")).Message
        );

    [Fact]
    public void A_name_that_is_no_region_is_refused() =>
        Assert.Equal(
            "catalogue aws:mars: \"mars\" is not the name of an AWS region; try aws:us-east-1",
            Assert.IsType<CatalogueOutcome.Refused>(Catalogues.Load("aws:mars")).Message
        );
}
