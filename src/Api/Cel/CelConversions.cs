using System.Globalization;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Cel;

/// <summary>From one type to another; what does not convert is an error.</summary>
internal static class CelConversions
{
    private const string OutOfRange = "range error converting";

    public static CelValue? ToInt(CelValue value) =>
        value switch
        {
            CelValue.Int => value,
            CelValue.Uint number => number.Value <= long.MaxValue
                ? CelValue.Of((long)number.Value)
                : CelValue.Fail($"{OutOfRange} {number.Value} to int"),
            CelValue.Double number => double.IsFinite(number.Value) && Math.Abs(number.Value) < 9.2e18
                ? CelValue.Of((long)number.Value)
                : CelValue.Fail($"{OutOfRange} {CelFunctions.Show(number)} to int"),
            CelValue.Text text => long.TryParse(
                text.Value,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
                ? CelValue.Of(number)
                : CelValue.Fail($"type conversion error from '{text.Value}' to int"),
            CelValue.Timestamp time => CelValue.Of(time.Value.ToUnixTimeSeconds()),
            CelValue.Duration duration => CelValue.Of(duration.Value.Nanoseconds),
            _ => null,
        };

    public static CelValue? ToUint(CelValue value) =>
        value switch
        {
            CelValue.Uint => value,
            CelValue.Int number => number.Value >= 0
                ? new CelValue.Uint((ulong)number.Value)
                : CelValue.Fail($"{OutOfRange} {number.Value} to uint"),
            CelValue.Text text => ulong.TryParse(
                text.Value,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var number
            )
                ? new CelValue.Uint(number)
                : CelValue.Fail($"type conversion error from '{text.Value}' to uint"),
            _ => null,
        };

    public static CelValue? ToDouble(CelValue value) =>
        value switch
        {
            CelValue.Double => value,
            CelValue.Int number => new CelValue.Double(number.Value),
            CelValue.Uint number => new CelValue.Double(number.Value),
            CelValue.Text text => double.TryParse(
                text.Value,
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out var number
            )
                ? new CelValue.Double(number)
                : CelValue.Fail($"type conversion error from '{text.Value}' to double"),
            _ => null,
        };

    public static CelValue? ToBool(CelValue value) =>
        value switch
        {
            CelValue.Bool => value,
            CelValue.Text { Value: "1" or "t" or "true" or "TRUE" or "True" } => CelValue.True,
            CelValue.Text { Value: "0" or "f" or "false" or "FALSE" or "False" } => CelValue.False,
            CelValue.Text text => CelValue.Fail($"type conversion error from '{text.Value}' to bool"),
            _ => null,
        };

    public static CelValue? ToText(CelValue value) =>
        value is CelValue.List or CelValue.Map or CelValue.Null or CelValue.Optional or CelValue.TypeOf
            ? null
            : CelValue.Of(CelFunctions.Show(value));

    public static CelValue? ToDuration(CelValue value) =>
        value switch
        {
            CelValue.Duration => value,
            CelValue.Text text => GoDuration.TryParse(text.Value, out var duration)
                ? new CelValue.Duration(duration)
                : CelValue.Fail($"type conversion error from '{text.Value}' to duration"),
            _ => null,
        };

    public static CelValue? ToTimestamp(CelValue value) =>
        value switch
        {
            CelValue.Timestamp => value,
            CelValue.Text text => WireTime.TryParse(text.Value, out var time)
                ? new CelValue.Timestamp(time.ToUniversalTime())
                : CelValue.Fail($"type conversion error from '{text.Value}' to timestamp"),
            _ => null,
        };

    /// <summary>Whole units of a duration, or a part of a time in UTC.</summary>
    public static CelValue? Part(CelValue value, long unit, Func<DateTimeOffset, int> part) =>
        value switch
        {
            CelValue.Timestamp time => CelValue.Of((long)part(time.Value)),
            CelValue.Duration duration when unit > 0 => CelValue.Of(duration.Value.Nanoseconds / unit),
            _ => null,
        };
}
