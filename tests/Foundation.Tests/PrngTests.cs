using Tenon.Foundation.Hashing;
using Tenon.Foundation.Random;
using Tenon.Foundation.Units;

namespace Tenon.Foundation.Tests;

public sealed class PrngTests
{
    [Fact]
    public void A_seed_names_its_sequence_for_ever()
    {
        var dice = new Prng(42);
        // Written down once: a change here would make every recorded seed mean another run.
        Assert.Equal(
            [1546998764402558742UL, 6990951692964543102UL, 12544586762248559009UL, 17057574109182124193UL],
            [dice.NextUInt64(), dice.NextUInt64(), dice.NextUInt64(), dice.NextUInt64()]
        );
        Assert.NotEqual(new Prng(1).NextUInt64(), new Prng(2).NextUInt64());
    }

    [Fact]
    public void Every_number_below_the_bound_comes_about_equally_often()
    {
        var dice = new Prng(7);
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++)
            counts[dice.Next(10)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.InRange(dice.Next(-3, 4), -3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => dice.Next(0));
    }

    [Fact]
    public void Chance_is_counted_in_millionths()
    {
        var dice = new Prng(9);
        Assert.InRange(Enumerable.Range(0, 100_000).Count(_ => dice.Chance(250_000)), 24_000, 26_000);
        Assert.DoesNotContain(Enumerable.Range(0, 1_000), _ => dice.Chance(0));
        Assert.DoesNotContain(Enumerable.Range(0, 1_000), _ => !dice.Chance(1_000_000));
    }

    [Fact]
    public void A_shuffle_keeps_every_item_and_moves_most()
    {
        var items = Enumerable.Range(0, 100).ToArray();
        new Prng(3).Shuffle(items.AsSpan());
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
        Assert.True(items.Where((item, at) => item == at).Count() < 10);
    }

    [Fact]
    public void Forks_with_different_names_differ_and_with_the_same_name_agree()
    {
        Assert.Equal(new Prng(5).Fork("a").NextUInt64(), new Prng(5).Fork("a").NextUInt64());
        Assert.NotEqual(new Prng(5).Fork("a").NextUInt64(), new Prng(5).Fork("b").NextUInt64());
    }
}

public sealed class StableHashTests
{
    [Fact]
    public void The_hash_of_a_text_is_fnv_1a_of_its_utf8()
    {
        Assert.Equal(0xCBF29CE484222325UL, StableHash.Of(""));
        Assert.Equal(0xAF63DC4C8601EC8CUL, StableHash.Of("a"));
        Assert.Equal(0x85944171F73967E8UL, StableHash.Of("foobar"));
        foreach (var text in (string[])["ü", "😀", new string('x', 63) + "😀", new string('ü', 300)])
            Assert.Equal(StableHash.Of(System.Text.Encoding.UTF8.GetBytes(text)), StableHash.Of(text));
    }
}

public sealed class HourlyPriceTests
{
    [Fact]
    public void Prices_are_whole_micro_dollars_and_print_with_two_to_six_decimals()
    {
        Assert.Equal(96_000, HourlyPrice.FromDollars(0.096m).Micros);
        Assert.Equal(1, HourlyPrice.FromDollars(0.0000005m).Micros);
        Assert.Equal("0.096", HourlyPrice.FromDollars(0.096m).ToString());
        Assert.Equal("12.50", HourlyPrice.FromDollars(12.5m).ToString());
        Assert.Equal(HourlyPrice.FromDollars(0.3m), HourlyPrice.FromDollars(0.1m) * 3);
        Assert.True(HourlyPrice.FromDollars(1m) < HourlyPrice.Max);
        Assert.Throws<OverflowException>(() => HourlyPrice.Max + HourlyPrice.FromDollars(1m));
    }
}
