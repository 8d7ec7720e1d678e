using System.Globalization;
using Tenon.Api.Karpenter;
using Tenon.Foundation.Units;

namespace Tenon.Disruption.Churn;

/// <summary>
/// What a replacement was expected to cost when it was ordered, kept on its claim. A machine that came out dearer than
/// promised is not replaced again to get what was promised then: the next replacement has to be cheaper than the
/// promise. So the promise falls strictly from move to move, and there are only so many prices.
/// </summary>
public static class PricePromise
{
    public const string Annotation = "tenon.sh/promised-price";

    /// <summary>Prices change: an older promise binds nobody.</summary>
    private static readonly TimeSpan Binding = TimeSpan.FromHours(24);

    public static string Text(HourlyPrice price) => price.Micros.ToString(CultureInfo.InvariantCulture);

    /// <summary>The price to beat: what the machine costs, or what it was promised to cost if that is less.</summary>
    public static HourlyPrice ToBeat(HourlyPrice price, NodeClaim claim, DateTimeOffset now)
    {
        if (
            !claim.Metadata.Annotations.TryGetValue(Annotation, out var text)
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            || claim.Metadata.CreationTimestamp is not { } born
            || now - born >= Binding
        )
            return price;
        var promised = new HourlyPrice(micros);
        return promised < price ? promised : price;
    }
}
