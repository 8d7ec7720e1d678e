using Tenon.Foundation.Hashing;
using Tenon.Foundation.Units;

namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// Made-up spot prices for planning and simulation where no cloud can be asked. They are a function of the names alone,
/// so the same on every machine and in every run. Like the real market: most types sell 55 to 75 percent below
/// on-demand, one family in eight is tight and sells 15 to 40 percent below, sizes of a family differ by a few percent,
/// and so do zones. The discount is, in tenths of a percent: the family's (550…749, or 150…399 when tight), ± 40 by
/// type, ± 50 by zone, held within 100…850. Prices are rounded to a hundredth of a cent, as EC2 prints them.
/// </summary>
public static class SpotPriceModel
{
    public const string Description =
        "modelled, not quoted: a fixed discount by family, type and zone "
        + "(typically 55-75 % below on-demand; one family in eight is tight)";

    private const string Version = "spot-1|";

    /// <summary>Families that EC2 sells on demand only: high-memory, HPC and Mac machines.</summary>
    public static bool IsSold(string family) =>
        !family.StartsWith("u-", StringComparison.Ordinal)
        && !family.StartsWith("u7", StringComparison.Ordinal)
        && !family.StartsWith("hpc", StringComparison.Ordinal)
        && !family.StartsWith("mac", StringComparison.Ordinal);

    public static HourlyPrice PriceOf(string type, string zone, HourlyPrice onDemand)
    {
        var family = type.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? type[..dot] : type;
        var discount = IsTight(family) ? 150 + Draw($"family|{family}", 250) : 550 + Draw($"family|{family}", 200);
        discount += Draw($"type|{type}", 81) - 40;
        discount += Draw($"zone|{type}|{zone}", 101) - 50;
        var micros = onDemand.Micros / 1000 * (1000 - Math.Clamp(discount, 100, 850));
        return new HourlyPrice(Math.Max((micros + 50) / 100 * 100, 100));
    }

    /// <summary>
    /// Little is left of this family's capacity: its price is high and, in simulation, reclaims are frequent.
    /// </summary>
    public static bool IsTight(string family) => Draw($"tight|{family}", 8) == 0;

    private static long Draw(string name, long bound) => (long)(StableHash.Of(Version + name) >> 16) % bound;
}
