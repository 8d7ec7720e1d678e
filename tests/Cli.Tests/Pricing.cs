using System.Text.Json;

namespace Tenon.Cli.Tests;

public sealed class Pricing
{
    [Fact]
    public void Prices_come_cheapest_first_and_say_where_they_come_from()
    {
        var ran = TenonBinary.Run("price", "--cpu", "3", "--memory", "12Gi", "--arch", "arm64", "--top", "8", "--json");
        Assert.Equal(0, ran.ExitCode);
        using var json = JsonDocument.Parse(ran.Output);
        var offerings = json.RootElement.GetProperty("offerings").EnumerateArray().ToList();
        Assert.Equal(8, offerings.Count);
        var prices = offerings.Select(offering => offering.GetProperty("pricePerHour").GetDecimal()).ToList();
        Assert.Equal(prices.Order(), prices);
        Assert.NotEqual(string.Empty, json.RootElement.GetProperty("spotPrices").GetString());
    }

    [Fact]
    public void An_on_demand_price_is_the_published_one()
    {
        var ran = TenonBinary.Run(
            "price",
            "--type",
            "m5.large",
            "--capacity-type",
            "on-demand",
            "--top",
            "1",
            "--json"
        );
        using var json = JsonDocument.Parse(ran.Output);
        Assert.Equal(0.096m, json.RootElement.GetProperty("offerings")[0].GetProperty("pricePerHour").GetDecimal());
    }

    [Fact]
    public void A_missing_catalogue_file_is_named_with_what_would_be_right()
    {
        var ran = TenonBinary.Run("price", "--catalog", "no-such-file.json");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("no-such-file.json", ran.Complaint);
        Assert.Contains("generic", ran.Complaint);
    }

    [Fact]
    public void A_quantity_that_does_not_parse_is_a_usage_error()
    {
        var ran = TenonBinary.Run("price", "--cpu", "four");
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("--cpu", ran.Complaint);
    }
}
