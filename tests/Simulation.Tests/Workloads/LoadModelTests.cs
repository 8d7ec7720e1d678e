using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Tests.Workloads;

public sealed class LoadModelTests
{
    [Fact]
    public void A_wave_has_its_top_at_a_quarter_of_its_period()
    {
        var load = LoadModel.Parse("base=400, amplitude=300, period=24h")!;

        Assert.Equal(400, load.At(TimeSpan.Zero, "x"), 3);
        Assert.Equal(700, load.At(TimeSpan.FromHours(6), "x"), 3);
        Assert.Equal(100, load.At(TimeSpan.FromHours(18), "x"), 3);
    }

    [Fact]
    public void Noise_stays_within_its_bounds_and_repeats()
    {
        var load = LoadModel.Parse("base=100,noise=10")!;
        var seen = Enumerable.Range(0, 500).Select(minute => load.At(TimeSpan.FromMinutes(minute), "web")).ToList();

        Assert.All(seen, level => Assert.InRange(level, 90, 110));
        Assert.True(seen.Distinct().Count() > 100);
        Assert.Equal(seen[7], load.At(TimeSpan.FromMinutes(7), "web"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("base")]
    [InlineData("bogus=1")]
    public void What_is_no_model_is_none(string text) => Assert.Null(LoadModel.Parse(text));
}
