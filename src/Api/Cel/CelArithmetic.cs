using Tenon.Api.Karpenter;

namespace Tenon.Api.Cel;

/// <summary>Whole numbers never wrap around: leaving 64 bits is an error.</summary>
internal static class CelArithmetic
{
    private static readonly CelValue Overflow = CelValue.Fail("integer overflow");
    private static readonly CelValue ByZero = CelValue.Fail("division by zero");
    private static readonly CelValue ModuloByZero = CelValue.Fail("modulus by zero");

    public static CelValue? Add(CelValue a, CelValue b) =>
        (a, b) switch
        {
            (CelValue.Int x, CelValue.Int y) => Checked(() => checked(x.Value + y.Value)),
            (CelValue.Uint x, CelValue.Uint y) => Checked(() => checked(x.Value + y.Value)),
            (CelValue.Double x, CelValue.Double y) => new CelValue.Double(x.Value + y.Value),
            (CelValue.Text x, CelValue.Text y) => CelValue.Of(x.Value + y.Value),
            (CelValue.List x, CelValue.List y) => new CelValue.List(x.Items.AddRange(y.Items)),
            (CelValue.Duration x, CelValue.Duration y) => Span(() =>
                checked(x.Value.Nanoseconds + y.Value.Nanoseconds)
            ),
            (CelValue.Timestamp x, CelValue.Duration y) => Time(() => x.Value + y.Value.ToTimeSpan()),
            (CelValue.Duration x, CelValue.Timestamp y) => Time(() => y.Value + x.Value.ToTimeSpan()),
            _ => null,
        };

    public static CelValue? Subtract(CelValue a, CelValue b) =>
        (a, b) switch
        {
            (CelValue.Int x, CelValue.Int y) => Checked(() => checked(x.Value - y.Value)),
            (CelValue.Uint x, CelValue.Uint y) => Checked(() => checked(x.Value - y.Value)),
            (CelValue.Double x, CelValue.Double y) => new CelValue.Double(x.Value - y.Value),
            (CelValue.Duration x, CelValue.Duration y) => Span(() =>
                checked(x.Value.Nanoseconds - y.Value.Nanoseconds)
            ),
            (CelValue.Timestamp x, CelValue.Duration y) => Time(() => x.Value - y.Value.ToTimeSpan()),
            (CelValue.Timestamp x, CelValue.Timestamp y) => Span(() => checked((x.Value - y.Value).Ticks * 100)),
            _ => null,
        };

    public static CelValue? Multiply(CelValue a, CelValue b) =>
        (a, b) switch
        {
            (CelValue.Int x, CelValue.Int y) => Checked(() => checked(x.Value * y.Value)),
            (CelValue.Uint x, CelValue.Uint y) => Checked(() => checked(x.Value * y.Value)),
            (CelValue.Double x, CelValue.Double y) => new CelValue.Double(x.Value * y.Value),
            _ => null,
        };

    public static CelValue? Divide(CelValue a, CelValue b) =>
        (a, b) switch
        {
            (CelValue.Int, CelValue.Int { Value: 0 }) or (CelValue.Uint, CelValue.Uint { Value: 0 }) => ByZero,
            (CelValue.Int { Value: long.MinValue }, CelValue.Int { Value: -1 }) => Overflow,
            (CelValue.Int x, CelValue.Int y) => CelValue.Of(x.Value / y.Value),
            (CelValue.Uint x, CelValue.Uint y) => new CelValue.Uint(x.Value / y.Value),
            (CelValue.Double x, CelValue.Double y) => new CelValue.Double(x.Value / y.Value),
            _ => null,
        };

    public static CelValue? Modulo(CelValue a, CelValue b) =>
        (a, b) switch
        {
            (CelValue.Int, CelValue.Int { Value: 0 }) or (CelValue.Uint, CelValue.Uint { Value: 0 }) => ModuloByZero,
            (CelValue.Int { Value: long.MinValue }, CelValue.Int { Value: -1 }) => Overflow,
            (CelValue.Int x, CelValue.Int y) => CelValue.Of(x.Value % y.Value),
            (CelValue.Uint x, CelValue.Uint y) => new CelValue.Uint(x.Value % y.Value),
            _ => null,
        };

    public static CelValue? Negate(CelValue a) =>
        a switch
        {
            CelValue.Int { Value: long.MinValue } => Overflow,
            CelValue.Int x => CelValue.Of(-x.Value),
            CelValue.Double x => new CelValue.Double(-x.Value),
            CelValue.Duration x => Span(() => checked(-x.Value.Nanoseconds)),
            _ => null,
        };

    private static CelValue Checked(Func<long> sum) => Guard(() => CelValue.Of(sum()));

    private static CelValue Checked(Func<ulong> sum) => Guard(() => new CelValue.Uint(sum()));

    private static CelValue Span(Func<long> nanoseconds) =>
        Guard(() => new CelValue.Duration(new GoDuration(nanoseconds())));

    private static CelValue Time(Func<DateTimeOffset> time) => Guard(() => new CelValue.Timestamp(time()));

    private static CelValue Guard(Func<CelValue> result)
    {
        try
        {
            return result();
        }
        catch (Exception outside) when (outside is OverflowException or ArgumentOutOfRangeException)
        {
            return Overflow;
        }
    }
}
