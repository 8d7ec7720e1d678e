using System.Globalization;

namespace Tenon.Foundation.Units;

/// <summary>
/// Money per hour in whole micro-dollars (10⁻⁶ of the catalogue's currency), so that sums are exact and ordered.
/// </summary>
public readonly record struct HourlyPrice(long Micros) : IComparable<HourlyPrice>
{
    public static readonly HourlyPrice Zero;
    public static readonly HourlyPrice Max = new(long.MaxValue);

    /// <summary>The nearest micro-dollar; ties go away from zero.</summary>
    public static HourlyPrice FromDollars(decimal dollars) =>
        new((long)decimal.Round(dollars * 1_000_000m, 0, MidpointRounding.AwayFromZero));

    public decimal Dollars => Micros / 1_000_000m;

    public static HourlyPrice operator +(HourlyPrice a, HourlyPrice b) => new(a.Micros + b.Micros);

    public static HourlyPrice operator -(HourlyPrice a, HourlyPrice b) => new(a.Micros - b.Micros);

    public static HourlyPrice operator *(HourlyPrice a, long count) => new(a.Micros * count);

    public static bool operator <(HourlyPrice a, HourlyPrice b) => a.Micros < b.Micros;

    public static bool operator >(HourlyPrice a, HourlyPrice b) => a.Micros > b.Micros;

    public static bool operator <=(HourlyPrice a, HourlyPrice b) => a.Micros <= b.Micros;

    public static bool operator >=(HourlyPrice a, HourlyPrice b) => a.Micros >= b.Micros;

    public int CompareTo(HourlyPrice other) => Micros.CompareTo(other.Micros);

    public override string ToString() => Dollars.ToString("0.00####", CultureInfo.InvariantCulture);
}
