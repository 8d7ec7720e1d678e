using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tenon.Foundation.Units;
using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Pricing;

/// <summary>On-demand prices from the price list service: one query for shared machines, one for bare metal.</summary>
public sealed class PricingClient(AwsSession session)
{
    private const int MostPages = 500;

    /// <summary>
    /// Linux prices per hour by instance type. An empty half is an error: it would hide every type of its kind.
    /// </summary>
    public async ValueTask<AwsResult<ImmutableSortedDictionary<string, HourlyPrice>>> OnDemandAsync(
        string region,
        CancellationToken cancel
    )
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, HourlyPrice>(StringComparer.Ordinal);
        foreach (
            var (tenancy, family) in ((string, string)[])
                [("Shared", "Compute Instance"), ("Dedicated", "Compute Instance (bare metal)")]
        )
        {
            var half = await HalfAsync(region, tenancy, family, cancel);
            if (!half.IsOk)
                return half.Error;
            if (half.Value.Count == 0)
                return new AwsError(AwsErrorKind.Unreadable, "GetProducts", "", "no on-demand pricing found", 200);
            foreach (var (type, price) in half.Value)
                all[type] = price;
        }
        return all.ToImmutable();
    }

    private async ValueTask<AwsResult<Dictionary<string, HourlyPrice>>> HalfAsync(
        string region,
        string tenancy,
        string family,
        CancellationToken cancel
    )
    {
        var prices = new Dictionary<string, HourlyPrice>(StringComparer.Ordinal);
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await session.JsonAsync(
                Call(region, tenancy, family, next),
                root =>
                {
                    foreach (var item in root.GetProperty("PriceList").EnumerateArray())
                        Read(item.GetString() ?? "", region, prices);
                    return root.TryGetProperty("NextToken", out var token) ? token.GetString() ?? "" : "";
                },
                cancel
            );
            if (!answer.IsOk)
                return answer.Error;
            if (answer.Value.Length == 0)
                return prices;
            next = answer.Value;
        }
        return new AwsError(
            AwsErrorKind.Unreadable,
            "GetProducts",
            "",
            $"the list has not ended after {MostPages} pages",
            200
        );
    }

    /// <summary>A product is a JSON text of its own; one without a type or price is passed over.</summary>
    private static void Read(string product, string region, Dictionary<string, HourlyPrice> prices)
    {
        using var document = JsonDocument.Parse(product);
        if (
            !document.RootElement.TryGetProperty("product", out var described)
            || !described.TryGetProperty("attributes", out var attributes)
            || !attributes.TryGetProperty("instanceType", out var type)
            || type.GetString() is not { Length: > 0 } name
        )
            return;
        if (
            !document.RootElement.TryGetProperty("terms", out var terms)
            || !terms.TryGetProperty("OnDemand", out var onDemand)
        )
            return;
        var currency = region.StartsWith("cn-", StringComparison.Ordinal) ? "CNY" : "USD";
        foreach (var term in onDemand.EnumerateObject())
        foreach (var dimension in term.Value.GetProperty("priceDimensions").EnumerateObject())
            if (
                dimension.Value.GetProperty("pricePerUnit").TryGetProperty(currency, out var text)
                && decimal.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var price)
                && price > 0
            )
                prices[name] = HourlyPrice.FromDollars(price);
    }

    private static AwsCall Call(string region, string tenancy, string family, string? next)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("Filters");
            foreach (
                var (field, value) in (ReadOnlySpan<(string, string)>)
                    [
                        ("regionCode", region),
                        ("serviceCode", "AmazonEC2"),
                        ("preInstalledSw", "NA"),
                        ("operatingSystem", "Linux"),
                        ("capacitystatus", "Used"),
                        ("marketoption", "OnDemand"),
                        ("tenancy", tenancy),
                        ("productFamily", family),
                    ]
            )
            {
                json.WriteStartObject();
                json.WriteString("Field", field);
                json.WriteString("Type", "TERM_MATCH");
                json.WriteString("Value", value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("MaxResults", 100);
            if (next is not null)
                json.WriteString("NextToken", next);
            json.WriteString("ServiceCode", "AmazonEC2");
            json.WriteEndObject();
        }
        return new AwsCall
        {
            Service = "pricing",
            Operation = "GetProducts",
            Target = "AWSPriceListService.GetProducts",
            ContentType = "application/x-amz-json-1.1",
            Body = buffer.WrittenMemory,
        };
    }
}
