using System.Globalization;
using System.Numerics;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Foundation.Random;

namespace Tenon.Api.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("0Mi", "0")]
    [InlineData("-0", "0")]
    [InlineData("1", "1")]
    [InlineData("1000", "1k")]
    [InlineData("1000m", "1")]
    [InlineData("1500m", "1500m")]
    [InlineData("0.5", "500m")]
    [InlineData("0.1", "100m")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1000Mi", "1000Mi")]
    [InlineData("0.5Ki", "512")]
    [InlineData("1Ki", "1Ki")]
    [InlineData("1023Ki", "1023Ki")]
    [InlineData("100.035Ki", "102435840m")]
    [InlineData("1000M", "1G")]
    [InlineData("1G", "1G")]
    [InlineData("10.035M", "10035k")]
    [InlineData("100.035k", "100035")]
    [InlineData("12E", "12E")]
    [InlineData("1000E", "1000E")]
    [InlineData("1E", "1E")]
    [InlineData("1E-3", "1e-3")]
    [InlineData("1e3", "1e3")]
    [InlineData("1000e3", "1e6")]
    [InlineData("1.2e3", "1200")]
    [InlineData("1e14", "100e12")]
    [InlineData("0.5e0", "500e-3")]
    [InlineData("3.001n", "4n")]
    [InlineData("0.0000000001", "1n")]
    [InlineData("-0.0000000001", "-1n")]
    [InlineData("0.00000012345", "124n")]
    [InlineData("0.000000000001Ki", "2n")]
    [InlineData("9Ei", "9223372036854775807")]
    [InlineData("9223372036854775807Ki", "9223372036854775807")]
    [InlineData(".001", "1m")]
    [InlineData("1.", "1")]
    [InlineData("1.G", "1G")]
    [InlineData("+5k", "5k")]
    [InlineData("-1Gi", "-1Gi")]
    [InlineData("007", "7")]
    public void A_quantity_is_written_in_gos_canonical_form(string text, string canonical)
    {
        Assert.Equal(canonical, Quantity.Parse(text).ToString());
        Assert.Equal(Quantity.Parse(text), Quantity.Parse(canonical));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.1.M")]
    [InlineData("1+1.0M")]
    [InlineData("0.1mi")]
    [InlineData("aoeu")]
    [InlineData("1i")]
    [InlineData("1e")]
    [InlineData("-3.01e-")]
    [InlineData("1e4294967297")]
    [InlineData("1e30")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1kk")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    public void What_is_no_quantity_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _), text);

    [Fact]
    public void Random_amounts_agree_with_big_integers_and_survive_their_text()
    {
        string[] suffixes =
        [
            "n",
            "u",
            "m",
            "",
            "k",
            "M",
            "G",
            "T",
            "P",
            "E",
            "Ki",
            "Mi",
            "Gi",
            "Ti",
            "Pi",
            "Ei",
            "e-6",
            "e3",
            "E5",
        ];
        var dice = new Prng(7);
        for (var i = 0; i < 20_000; i++)
        {
            var suffix = dice.Pick(suffixes);
            var whole = dice.NextInt64(Power(10, dice.Next(1, 8)));
            var places = dice.Next(0, 7);
            var fraction =
                places == 0
                    ? ""
                    : "."
                        + dice.NextInt64(Power(10, places)).ToString(CultureInfo.InvariantCulture).PadLeft(places, '0');
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $"{(dice.Chance(500_000) ? "-" : "")}{whole}{fraction}{suffix}"
            );
            var value = Quantity.Parse(text);
            Assert.True(Expected(text, whole, fraction, suffix) == (BigInteger)value.Nanos, text);
            Assert.Equal(value, Quantity.Parse(value.ToString()));
            Assert.Equal(value.ToString(), Quantity.Parse(value.ToString()).ToString());
        }
    }

    [Fact]
    public void Sums_differences_and_order_agree_with_big_integers()
    {
        var dice = new Prng(11);
        for (var i = 0; i < 5_000; i++)
        {
            var a = Quantity.FromNanos(dice.NextInt64(long.MaxValue) - long.MaxValue / 2);
            var b = Quantity.FromNanos(
                (Int128)dice.NextInt64(long.MaxValue) * dice.Next(1, 1_000_000),
                QuantityFormat.BinarySi
            );
            Assert.Equal((BigInteger)a.Nanos + (BigInteger)b.Nanos, (BigInteger)(a + b).Nanos);
            Assert.Equal((BigInteger)a.Nanos - (BigInteger)b.Nanos, (BigInteger)(a - b).Nanos);
            Assert.Equal(((BigInteger)a.Nanos).CompareTo((BigInteger)b.Nanos), a.CompareTo(b));
        }
    }

    [Theory]
    [InlineData("9.01", 10, 9010)]
    [InlineData("-9.01", -10, -9010)]
    [InlineData("1500u", 1, 2)]
    [InlineData("100m", 1, 100)]
    [InlineData("12E", long.MaxValue, long.MaxValue)]
    public void Whole_units_and_thousandths_round_away_from_zero_and_stay_in_64_bits(
        string text,
        long units,
        long millis
    )
    {
        Assert.Equal(units, Quantity.Parse(text).ToUnits());
        Assert.Equal(millis, Quantity.Parse(text).ToMillis());
    }

    [Fact]
    public void A_sum_that_starts_from_zero_takes_the_format_of_what_is_added()
    {
        Assert.Equal("1Gi", (Quantity.Zero + Quantity.Parse("1Gi")).ToString());
        Assert.Equal("-100m", (Quantity.Zero - Quantity.Parse("100m")).ToString());
        Assert.Equal("1073741825", (Quantity.Parse("1") + Quantity.Parse("1Gi")).ToString());
    }

    [Fact]
    public void The_wire_takes_numbers_and_texts_and_gives_texts()
    {
        var list = ApiJson
            .Parse<Pod>("""{"spec":{"overhead":{"memory":"1024Mi","cpu":2,"x":0.5,"y":null}}}""")
            .Spec.Overhead;
        Assert.Equal("{cpu: 2, memory: 1Gi, x: 500m, y: 0}", list.ToString());
    }

    [Fact]
    public void Lists_add_over_the_names_of_both_and_subtract_over_the_names_of_the_left()
    {
        var a = ResourceList.Parse(("memory", "1Gi"), ("cpu", "1"));
        var b = ResourceList.Parse(("cpu", "500m"), ("gpu", "1"));
        Assert.Equal(ResourceList.Parse(("cpu", "1500m"), ("gpu", "1"), ("memory", "1Gi")), a + b);
        Assert.Equal(ResourceList.Parse(("cpu", "500m"), ("memory", "1Gi")), a - b);
        Assert.Equal(ResourceList.Parse(("cpu", "1"), ("gpu", "1"), ("memory", "1Gi")), ResourceList.Max(a, b));
        Assert.Equal(["cpu", "memory"], a.Keys);
        Assert.Equal(Quantity.Zero, a.Of("gpu"));
        Assert.Throws<KeyNotFoundException>(() => a["gpu"]);
        Assert.Equal(a, a.With("z", Quantity.Parse("1")).Without("z"));
        Assert.Equal(Quantity.Parse("3"), a.With("cpu", Quantity.Parse("3"))["cpu"]);
    }

    [Fact]
    public void A_request_fits_when_every_name_fits_and_nothing_is_overdrawn()
    {
        var room = ResourceList.Parse(("cpu", "1"), ("memory", "1Gi"));
        Assert.True(ResourceList.Parse(("cpu", "1")).Fits(room));
        Assert.False(ResourceList.Parse(("cpu", "1001m")).Fits(room));
        Assert.False(ResourceList.Parse(("gpu", "1")).Fits(room));
        Assert.True(ResourceList.Parse(("gpu", "0")).Fits(room));
        Assert.False(ResourceList.Empty.Fits(ResourceList.Parse(("cpu", "-1"))));
    }

    private static long Power(int b, int e) => (long)BigInteger.Pow(b, e);

    private static BigInteger Expected(string text, long whole, string fraction, string suffix)
    {
        var digits = BigInteger.Parse(
            whole.ToString(CultureInfo.InvariantCulture) + fraction.TrimStart('.'),
            CultureInfo.InvariantCulture
        );
        var (power, binary) = suffix switch
        {
            "n" => (-9, false),
            "u" => (-6, false),
            "m" => (-3, false),
            "" => (0, false),
            "k" => (3, false),
            "M" => (6, false),
            "G" => (9, false),
            "T" => (12, false),
            "P" => (15, false),
            "E" => (18, false),
            "e-6" => (-6, false),
            "e3" => (3, false),
            "E5" => (5, false),
            "Ki" => (10, true),
            "Mi" => (20, true),
            "Gi" => (30, true),
            "Ti" => (40, true),
            "Pi" => (50, true),
            _ => (60, true),
        };
        var numerator =
            digits * (binary ? BigInteger.Pow(2, power) : BigInteger.Pow(10, power + 9)) * (binary ? 1_000_000_000 : 1);
        var denominator = BigInteger.Pow(10, Math.Max(0, fraction.Length - 1));
        var nanos = (numerator + denominator - 1) / denominator;
        if (binary)
            nanos = BigInteger.Min(nanos, new BigInteger(long.MaxValue) * 1_000_000_000);
        return text[0] == '-' ? -nanos : nanos;
    }
}
