using System.Globalization;

namespace Tenon.Controllers.Operator;

/// <summary>
/// How Go spells booleans and durations, because users write flags and variables the way upstream reads them.
/// </summary>
internal static class OptionText
{
    /// <summary>Go's <c>strconv.ParseBool</c>.</summary>
    public static bool? Boolean(string text) =>
        text switch
        {
            "1" or "t" or "T" or "TRUE" or "true" or "True" => true,
            "0" or "f" or "F" or "FALSE" or "false" or "False" => false,
            _ => null,
        };

    public static long? Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>
    /// Go's <c>time.ParseDuration</c>: <c>1h15m30.5s</c>, <c>-10ms</c>, bare <c>0</c>; 100 ns is our finest grain.
    /// </summary>
    public static TimeSpan? Duration(string text)
    {
        var rest = text.AsSpan();
        if (rest.IsEmpty)
            return null;
        var negative = rest[0] == '-';
        if (rest[0] is '-' or '+')
            rest = rest[1..];
        if (rest.SequenceEqual("0"))
            return TimeSpan.Zero;
        if (rest.IsEmpty)
            return null;
        var ticks = 0m;
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
                digits++;
            if (
                !decimal.TryParse(
                    rest[..digits],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
                return null;
            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.')
                letters++;
            if (TicksPer(rest[..letters]) is not { } unit)
                return null;
            ticks += number * unit;
            if (ticks > long.MaxValue / 100)
                return null;
            rest = rest[letters..];
        }
        return TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
    }

    private static decimal? TicksPer(ReadOnlySpan<char> unit) =>
        unit switch
        {
            "ns" => 0.01m,
            "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            _ => null,
        };
}
