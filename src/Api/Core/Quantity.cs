using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Serialization;
using Tenon.Api.Json;

namespace Tenon.Api.Core;

/// <summary>How a quantity was written, and so how it is written back.</summary>
public enum QuantityFormat : byte
{
    /// <summary><c>100m</c>, <c>2</c>, <c>12M</c>.</summary>
    DecimalSi,

    /// <summary><c>64Mi</c>; shown as decimal below 1024 or when it is not a whole number.</summary>
    BinarySi,

    /// <summary><c>12e6</c>.</summary>
    DecimalExponent,
}

/// <summary>
/// An exact amount: whole nano-units in 128 bits, no floating point. Reads everything apimachinery's
/// <c>resource.Quantity</c> reads and writes its canonical form. Finer than nano rounds away from zero; binary amounts
/// are capped at 2⁶³−1, as there. Equality and order look at the amount only. Limit: |amount| ≤ 10²⁷ when read, which
/// is an error value, not an overflow.
/// </summary>
[JsonConverter(typeof(QuantityConverter))]
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    public const int MaxTextLength = 128;
    internal static readonly Int128 NanosPerUnit = 1_000_000_000;
    internal static readonly Int128 NanosPerMilli = 1_000_000;

    public static readonly Quantity Zero;

    private Quantity(Int128 nanos, QuantityFormat format)
    {
        Nanos = nanos;
        Format = format;
    }

    public Int128 Nanos { get; }
    public QuantityFormat Format { get; }
    public bool IsZero => Nanos == 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Int128.Sign(Nanos);

    public static Quantity FromUnits(long units, QuantityFormat format = QuantityFormat.DecimalSi) =>
        new(units * NanosPerUnit, format);

    public static Quantity FromMillis(long millis, QuantityFormat format = QuantityFormat.DecimalSi) =>
        new(millis * NanosPerMilli, format);

    public static Quantity FromNanos(Int128 nanos, QuantityFormat format = QuantityFormat.DecimalSi) =>
        new(nanos, format);

    /// <summary>Whole bytes, shown with <c>Ki</c>, <c>Mi</c> … where they divide.</summary>
    public static Quantity FromBytes(long bytes) => FromUnits(bytes, QuantityFormat.BinarySi);

    /// <exception cref="FormatException">The text is not a quantity; the message says so in one line.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"\"{text}\" is not a quantity");

    public static bool TryParse(ReadOnlySpan<char> text, out Quantity value)
    {
        var ok = QuantityText.TryRead(text, out var nanos, out var format);
        value = new Quantity(nanos, format);
        return ok;
    }

    /// <summary>Whole units, rounded away from zero, held within 64 bits.</summary>
    public long ToUnits() => RoundedBy(NanosPerUnit);

    /// <summary>Thousandths, rounded away from zero, held within 64 bits.</summary>
    public long ToMillis() => RoundedBy(NanosPerMilli);

    /// <summary>The nearest double; for display and metrics only.</summary>
    public double ToDouble() => (double)Nanos / 1e9;

    public static Quantity operator +(Quantity a, Quantity b) => new(a.Nanos + b.Nanos, a.IsZero ? b.Format : a.Format);

    public static Quantity operator -(Quantity a, Quantity b) => new(a.Nanos - b.Nanos, a.IsZero ? b.Format : a.Format);

    public static Quantity operator -(Quantity a) => new(-a.Nanos, a.Format);

    public static Quantity operator *(Quantity a, long count) => new(a.Nanos * count, a.Format);

    public static bool operator ==(Quantity a, Quantity b) => a.Nanos == b.Nanos;

    public static bool operator !=(Quantity a, Quantity b) => a.Nanos != b.Nanos;

    public static bool operator <(Quantity a, Quantity b) => a.Nanos < b.Nanos;

    public static bool operator >(Quantity a, Quantity b) => a.Nanos > b.Nanos;

    public static bool operator <=(Quantity a, Quantity b) => a.Nanos <= b.Nanos;

    public static bool operator >=(Quantity a, Quantity b) => a.Nanos >= b.Nanos;

    public static Quantity Max(Quantity a, Quantity b) => a.Nanos >= b.Nanos ? a : b;

    public static Quantity Min(Quantity a, Quantity b) => a.Nanos <= b.Nanos ? a : b;

    public int CompareTo(Quantity other) => Nanos.CompareTo(other.Nanos);

    public bool Equals(Quantity other) => Nanos == other.Nanos;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Quantity other && Equals(other);

    public override int GetHashCode() => Nanos.GetHashCode();

    /// <summary>The canonical text, as the API server stores it.</summary>
    public override string ToString() => QuantityText.Write(Nanos, Format);

    private long RoundedBy(Int128 unit)
    {
        var (whole, rest) = Int128.DivRem(Nanos, unit);
        if (rest != 0)
            whole += Int128.Sign(Nanos);
        return whole > long.MaxValue ? long.MaxValue
            : whole < long.MinValue ? long.MinValue
            : (long)whole;
    }
}

/// <summary>The text form of a quantity: sign, digits, suffix.</summary>
internal static class QuantityText
{
    private const string Decimals = "num kMGTPE";
    private const string Binaries = "KMGTPE";
    private const int MaxExponent = 27;
    private static readonly BigInteger MaxNanos = BigInteger.Pow(10, MaxExponent + 9);
    private static readonly BigInteger MaxBinary = new BigInteger(long.MaxValue) * 1_000_000_000;

    public static bool TryRead(ReadOnlySpan<char> text, out Int128 nanos, out QuantityFormat format)
    {
        (nanos, format) = (0, QuantityFormat.DecimalSi);
        if (text.Length is 0 or > Quantity.MaxTextLength)
            return false;
        var negative = text[0] == '-';
        if (text[0] is '-' or '+')
            text = text[1..];

        var whole = Digits(ref text);
        var fraction = ReadOnlySpan<char>.Empty;
        if (text.Length > 0 && text[0] == '.')
        {
            text = text[1..];
            fraction = Digits(ref text);
        }
        if (whole.IsEmpty && fraction.IsEmpty)
            return false;
        if (!TrySuffix(text, out var power, out format))
            return false;

        if (
            !TryScaleShort(whole, fraction, power, format, out nanos)
            && !TryScaleLong(whole, fraction, power, format, out nanos)
        )
            return false;
        if (format == QuantityFormat.BinarySi && nanos > 0 && nanos < Quantity.NanosPerUnit)
            format = QuantityFormat.DecimalSi;
        if (negative)
            nanos = -nanos;
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

    /// <summary>The power of ten, or for binary suffixes the power of two.</summary>
    private static bool TrySuffix(ReadOnlySpan<char> suffix, out int power, out QuantityFormat format)
    {
        (power, format) = (0, QuantityFormat.DecimalSi);
        switch (suffix.Length)
        {
            case 0:
                return true;
            case 1 when suffix[0] != ' ' && Decimals.IndexOf(suffix[0]) is >= 0 and var at:
                power = 3 * (at - 3);
                return true;
            case 2 when suffix[1] == 'i' && Binaries.IndexOf(suffix[0]) is >= 0 and var at:
                (power, format) = (10 * (at + 1), QuantityFormat.BinarySi);
                return true;
        }
        if (suffix[0] is not ('e' or 'E'))
            return false;
        format = QuantityFormat.DecimalExponent;
        return int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power)
            && power is > int.MinValue;
    }

    /// <summary>The common case in machine words: few digits, and a result that needs no rounding.</summary>
    private static bool TryScaleShort(
        ReadOnlySpan<char> whole,
        ReadOnlySpan<char> fraction,
        int power,
        QuantityFormat format,
        out Int128 nanos
    )
    {
        nanos = 0;
        if (whole.Length + fraction.Length > 15 || fraction.Length > 9)
            return false;
        long digits = 0;
        foreach (var digit in whole)
            digits = digits * 10 + (digit - '0');
        foreach (var digit in fraction)
            digits = digits * 10 + (digit - '0');
        var binary = format == QuantityFormat.BinarySi;
        var tens = 9 - fraction.Length + (binary ? 0 : power);
        if (tens is < 0 or > 18)
            return false;
        Int128 scale = 1;
        for (; tens > 0; tens--)
            scale *= 10;
        if (binary && power > 40)
            return false;
        nanos = digits * scale;
        if (binary)
            nanos <<= power;
        return !binary || nanos <= (Int128)MaxBinary;
    }

    private static bool TryScaleLong(
        ReadOnlySpan<char> whole,
        ReadOnlySpan<char> fraction,
        int power,
        QuantityFormat format,
        out Int128 nanos
    )
    {
        nanos = 0;
        var digits = BigInteger.Parse($"0{whole}{fraction}", NumberStyles.None, CultureInfo.InvariantCulture);
        if (digits.IsZero)
            return true;
        var tens = 9L - fraction.Length;
        if (format == QuantityFormat.BinarySi)
            digits <<= power;
        else
            tens += power;
        if (tens > MaxExponent + 9)
            return false;
        if (tens < -Quantity.MaxTextLength - MaxExponent)
            digits = BigInteger.One;
        else if (tens >= 0)
            digits *= BigInteger.Pow(10, (int)tens);
        else
        {
            digits = BigInteger.DivRem(digits, BigInteger.Pow(10, (int)-tens), out var rest);
            if (!rest.IsZero)
                digits += 1;
        }
        if (format == QuantityFormat.BinarySi && digits > MaxBinary)
            digits = MaxBinary;
        if (digits > MaxNanos)
            return false;
        nanos = (Int128)digits;
        return true;
    }

    public static string Write(Int128 nanos, QuantityFormat format)
    {
        if (nanos == 0)
            return "0";
        if (format == QuantityFormat.BinarySi)
        {
            var (units, rest) = Int128.DivRem(nanos, Quantity.NanosPerUnit);
            if (rest == 0 && Int128.Abs(units) >= 1024)
                return WriteBinary(units);
            format = QuantityFormat.DecimalSi;
        }
        var thousands = -3;
        while (nanos % 1000 == 0 && (format == QuantityFormat.DecimalExponent || thousands < 6))
        {
            nanos /= 1000;
            thousands++;
        }
        var number = nanos.ToString(CultureInfo.InvariantCulture);
        if (thousands == 0)
            return number;
        return format == QuantityFormat.DecimalExponent
            ? string.Create(CultureInfo.InvariantCulture, $"{number}e{3 * thousands}")
            : number + Decimals[thousands + 3];
    }

    private static string WriteBinary(Int128 units)
    {
        var power = -1;
        while (units % 1024 == 0 && power < Binaries.Length - 1)
        {
            units /= 1024;
            power++;
        }
        var number = units.ToString(CultureInfo.InvariantCulture);
        return power < 0 ? number : $"{number}{Binaries[power]}i";
    }
}
