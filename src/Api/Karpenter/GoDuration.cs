using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;
using Tenon.Api.Json;

namespace Tenon.Api.Karpenter;

/// <summary>
/// A length of time in whole nanoseconds, read and written as Go's <c>time.Duration</c>: <c>1h30m</c> is read,
/// <c>1h30m0s</c> is written. Range about ±292 years; beyond it the text does not parse.
/// </summary>
[JsonConverter(typeof(GoDurationConverter))]
public readonly record struct GoDuration(long Nanoseconds) : IComparable<GoDuration>
{
    private const long NanosPerTick = 100;
    private const int MaxTextLength = 256;

    public static readonly GoDuration Zero;

    public static GoDuration From(TimeSpan span) => new(checked(span.Ticks * NanosPerTick));

    /// <summary>Rounded down to the tick of 100 ns.</summary>
    public TimeSpan ToTimeSpan() => new(Nanoseconds / NanosPerTick);

    public static GoDuration Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"\"{text}\" is not a duration");

    public static bool TryParse(string? text, out GoDuration value)
    {
        value = Zero;
        if (text is null || text.Length is 0 or > MaxTextLength)
            return false;
        var rest = text.AsSpan();
        var negative = rest[0] == '-';
        if (rest[0] is '-' or '+')
            rest = rest[1..];
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;
        var total = BigInteger.Zero;
        while (!rest.IsEmpty)
        {
            if (!TryTerm(ref rest, out var term))
                return false;
            total += term;
        }
        if (negative)
            total = -total;
        if (total < long.MinValue || total > long.MaxValue)
            return false;
        value = new GoDuration((long)total);
        return true;
    }

    public int CompareTo(GoDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public static bool operator <(GoDuration a, GoDuration b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(GoDuration a, GoDuration b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(GoDuration a, GoDuration b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(GoDuration a, GoDuration b) => a.Nanoseconds >= b.Nanoseconds;

    public override string ToString()
    {
        if (Nanoseconds == 0)
            return "0s";
        var sign = Nanoseconds < 0 ? "-" : "";
        var nanos = Nanoseconds < 0 ? (ulong)-(Nanoseconds + 1) + 1 : (ulong)Nanoseconds;
        if (nanos < 1_000)
            return $"{sign}{nanos}ns";
        if (nanos < 1_000_000)
            return $"{sign}{Decimal(nanos, 1_000)}µs";
        if (nanos < 1_000_000_000)
            return $"{sign}{Decimal(nanos, 1_000_000)}ms";
        var text = new StringBuilder(sign);
        var minutes = nanos / 60_000_000_000;
        if (minutes >= 60)
            text.Append(CultureInfo.InvariantCulture, $"{minutes / 60}h");
        if (minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{minutes % 60}m");
        return text.Append(Decimal(nanos % 60_000_000_000, 1_000_000_000)).Append('s').ToString();
    }

    private static string Decimal(ulong nanos, ulong unit)
    {
        var (whole, rest) = Math.DivRem(nanos, unit);
        if (rest == 0)
            return whole.ToString(CultureInfo.InvariantCulture);
        var places = unit switch
        {
            1_000 => 3,
            1_000_000 => 6,
            _ => 9,
        };
        var fraction = rest.ToString(CultureInfo.InvariantCulture).PadLeft(places, '0').TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{whole}.{fraction}");
    }

    private static bool TryTerm(scoped ref ReadOnlySpan<char> rest, out BigInteger nanos)
    {
        nanos = default;
        var whole = Digits(ref rest);
        var fraction = ReadOnlySpan<char>.Empty;
        if (rest.Length > 0 && rest[0] == '.')
        {
            rest = rest[1..];
            fraction = Digits(ref rest);
        }
        if (whole.IsEmpty && fraction.IsEmpty)
            return false;
        if (!TryUnit(ref rest, out var unit))
            return false;
        nanos = BigInteger.Parse($"0{whole}", NumberStyles.None, CultureInfo.InvariantCulture) * unit;
        if (!fraction.IsEmpty)
            nanos +=
                BigInteger.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture)
                * unit
                / BigInteger.Pow(10, fraction.Length);
        return true;
    }

    private static ReadOnlySpan<char> Digits(scoped ref ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        var digits = text[..end];
        text = text[end..];
        return digits;
    }

    private static bool TryUnit(scoped ref ReadOnlySpan<char> rest, out long nanos)
    {
        var end = 0;
        while (end < rest.Length && rest[end] != '.' && !char.IsAsciiDigit(rest[end]))
            end++;
        nanos = rest[..end] switch
        {
            "ns" => 1,
            "us" or "µs" or "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => 0,
        };
        rest = rest[end..];
        return nanos > 0;
    }
}
