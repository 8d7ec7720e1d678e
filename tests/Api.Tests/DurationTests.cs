using Tenon.Api.Karpenter;
using Tenon.Foundation.Random;

namespace Tenon.Api.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("1h", "1h0m0s")]
    [InlineData("90m", "1h30m0s")]
    [InlineData("5m", "5m0s")]
    [InlineData("0s", "0s")]
    [InlineData("0", "0s")]
    [InlineData("5s1h", "1h0m5s")]
    [InlineData("1.5h", "1h30m0s")]
    [InlineData("300ms", "300ms")]
    [InlineData("1500ms", "1.5s")]
    [InlineData("2us", "2µs")]
    [InlineData("1500ns", "1.5µs")]
    [InlineData("-1m0.25s", "-1m0.25s")]
    [InlineData("2562047h47m16.854775807s", "2562047h47m16.854775807s")]
    public void A_duration_is_written_as_go_writes_it(string text, string canonical) =>
        Assert.Equal(canonical, GoDuration.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1hr")]
    [InlineData("1d")]
    [InlineData("h")]
    [InlineData(".s")]
    [InlineData("-")]
    [InlineData("1h ")]
    [InlineData("2562048h")]
    [InlineData("FooNever")]
    public void What_is_no_duration_is_refused(string text)
    {
        Assert.False(GoDuration.TryParse(text, out _));
        Assert.False(NillableDuration.TryParse(text, out _));
    }

    [Fact]
    public void Random_durations_survive_their_text()
    {
        var dice = new Prng(3);
        for (var i = 0; i < 5_000; i++)
        {
            var value = new GoDuration((dice.NextInt64(long.MaxValue) - long.MaxValue / 2) >> dice.Next(0, 60));
            Assert.Equal(value, GoDuration.Parse(value.ToString()));
        }
    }

    [Fact]
    public void A_nillable_duration_keeps_its_words_but_compares_by_length()
    {
        Assert.Equal("720h", NillableDuration.Parse("720h").ToString());
        Assert.Equal("720h0m0s", NillableDuration.From(TimeSpan.FromHours(720)).ToString());
        Assert.Equal(NillableDuration.Parse("43200m"), NillableDuration.Parse("720h"));
        Assert.Equal("Never", NillableDuration.Never.ToString());
        Assert.True(NillableDuration.Parse("Never").IsNever);
        Assert.NotEqual(NillableDuration.Never, NillableDuration.Parse("0s"));
    }
}
