using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Pricing;

/// <summary>
/// Brings a price book up to date. Where the price list service cannot be reached (isolated networks, GovCloud) only
/// spot prices are read, because those come from EC2 itself.
/// </summary>
public sealed class PriceRefresh(PriceBook book, PricingClient pricing, Ec2Client ec2, bool isolated, TimeProvider time)
{
    /// <summary>How often upstream refreshes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(12);

    /// <summary>What went wrong, if anything; the figures concerned are the old ones then.</summary>
    public async ValueTask<ImmutableArray<AwsError>> RefreshAsync(CancellationToken cancel)
    {
        var errors = ImmutableArray.CreateBuilder<AwsError>();
        if (!isolated && !book.Region.StartsWith("us-gov", StringComparison.Ordinal))
        {
            var onDemand = await pricing.OnDemandAsync(book.Region, cancel);
            if (onDemand.IsOk)
                book.MergeOnDemand(onDemand.Value);
            else
                errors.Add(onDemand.Error);
        }
        var spot = await ec2.DescribeSpotPriceHistoryAsync(time.GetUtcNow(), cancel);
        if (spot.IsOk)
            book.MergeSpot(spot.Value);
        else
            errors.Add(spot.Error);
        return errors.ToImmutable();
    }
}
