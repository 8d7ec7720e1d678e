using System.Text.Json;
using Tenon.Foundation.Units;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Pricing;
using Tenon.Providers.Aws.Tests.Wire;

namespace Tenon.Providers.Aws.Tests.Pricing;

public sealed class PricingTests : IDisposable
{
    private readonly FakeAws _aws = new();

    public void Dispose() => _aws.Dispose();

    private static string Products(string? next, params (string Type, string Price)[] products) =>
        JsonSerializer.Serialize(
            new
            {
                PriceList = products.Select(it =>
                    Product
                        .Replace("TYPE", it.Type, StringComparison.Ordinal)
                        .Replace("PRICE", it.Price, StringComparison.Ordinal)
                ),
                NextToken = next,
            }
        );

    private const string Product =
        """{"product":{"attributes":{"instanceType":"TYPE"}},"terms":{"OnDemand":{"a":{"priceDimensions":{"b":{"pricePerUnit":{"USD":"PRICE"}}}}}}}""";

    private PriceRefresh Refresh(PriceBook book, bool isolated = false) =>
        new(book, new PricingClient(_aws.Session), new Ec2Client(_aws.Session), isolated, _aws.Loop.Time);

    private static string Spot(params (string Type, string Zone, string Price, string At)[] prices) =>
        $"<r><spotPriceHistorySet>{string.Concat(prices.Select(it => $"<item><instanceType>{it.Type}</instanceType><availabilityZone>{it.Zone}</availabilityZone><spotPrice>{it.Price}</spotPrice><timestamp>{it.At}</timestamp></item>"))}</spotPriceHistorySet></r>";

    [Fact]
    public void Before_any_refresh_the_embedded_list_stands_and_spot_costs_as_much()
    {
        var book = new PriceBook("us-west-2");
        Assert.Equal(HourlyPrice.FromDollars(0.096m), book.OnDemand("m5.large"));
        Assert.Equal(HourlyPrice.FromDollars(0.096m), book.Spot("m5.large", "us-west-2a"));
        Assert.Null(book.OnDemand("zz9.large"));
    }

    [Fact]
    public void A_refresh_reads_both_halves_of_the_list_and_the_latest_spot_prices()
    {
        _aws.Answer("GetProducts", Products("p2", ("m5.large", "0.1000000000")));
        _aws.Answer("GetProducts", Products(null, ("c5.large", "0.0900000000"), ("free.large", "0.0000000000")));
        _aws.Answer("GetProducts", Products(null, ("m5.metal", "5.0000000000")));
        _aws.Answer(
            "DescribeSpotPriceHistory",
            Spot(
                ("m5.large", "us-west-2a", "0.031", "2026-01-01T10:00:00Z"),
                ("m5.large", "us-west-2a", "0.030", "2026-01-01T09:00:00Z")
            )
        );
        var book = new PriceBook("us-west-2");
        var before = book.Version;
        Assert.Empty(_aws.Run(() => Refresh(book).RefreshAsync(CancellationToken.None)));

        Assert.Equal("0.10", book.OnDemand("m5.large").ToString());
        Assert.Equal("5.00", book.OnDemand("m5.metal").ToString());
        Assert.Equal("0.09", book.OnDemand("c5.large").ToString());
        Assert.NotNull(book.OnDemand("c6i.large"));
        Assert.Equal("0.031", book.Spot("m5.large", "us-west-2a").ToString());
        Assert.Null(book.Spot("m5.large", "us-west-2b"));
        Assert.True(book.Version > before);
        Assert.Contains(
            "{\"Field\":\"tenancy\",\"Type\":\"TERM_MATCH\",\"Value\":\"Dedicated\"}",
            _aws.Calls[2],
            StringComparison.Ordinal
        );
        Assert.Contains("\"NextToken\":\"p2\"", _aws.Calls[1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_leaves_the_old_figures_and_is_told()
    {
        _aws.Answer("GetProducts", Products(null));
        _aws.Answer(
            "DescribeSpotPriceHistory",
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
            403
        );
        var book = new PriceBook("us-west-2");
        var errors = _aws.Run(() => Refresh(book).RefreshAsync(CancellationToken.None));
        Assert.Equal(
            ["GetProducts: no on-demand pricing found", "DescribeSpotPriceHistory: UnauthorizedOperation: no"],
            errors.Select(it => it.ToString())
        );
        Assert.Equal(HourlyPrice.FromDollars(0.096m), book.Spot("m5.large", "us-west-2a"));
    }

    [Theory]
    [InlineData("us-west-2", true)]
    [InlineData("us-gov-west-1", false)]
    public void Where_the_price_list_is_out_of_reach_only_spot_is_read(string region, bool isolated)
    {
        _aws.Answer("DescribeSpotPriceHistory", Spot());
        Assert.Empty(_aws.Run(() => Refresh(new PriceBook(region), isolated).RefreshAsync(CancellationToken.None)));
        Assert.Single(_aws.Calls);
    }
}
