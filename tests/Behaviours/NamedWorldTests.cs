using Tenon.Simulation.Worlds;

namespace Tenon.Behaviours;

[Trait("tier", "sim")]
public sealed class NamedWorldTests
{
    [Fact]
    public void A_drawn_world_repeats_byte_for_byte()
    {
        var (first, second) = (Run("swarm", 2), Run("swarm", 2));

        Assert.Equal(first.JournalSha256, second.JournalSha256);
    }

    /// <summary>Seeds that once broke a law, or accused the innocent; each with what was the matter.</summary>
    [Theory]
    [InlineData(0xF, "two pods of a machine that the spot market took seconds before judgement")]
    [InlineData(0x19, "a job that was still at work in what was taken for peace")]
    [InlineData(0x49, "a job whose last pod ended in the middle of the peace")]
    [InlineData(0x4D, "a spread judged when its binding was seen, not when it was decided")]
    [InlineData(0x6F, "a spread judged when its binding was seen, not when it was decided")]
    public void A_seed_that_once_failed_keeps_every_law(ulong seed, string was)
    {
        Assert.NotEmpty(was);
        Run("swarm", seed);
    }

    private static WorldReport Run(string world, ulong seed)
    {
        var said = new List<string>();
        var report = new WorldRunner(TenonUnderTest.Main).Run(NamedWorld.Find(world)!, seed, null, said.Add);
        Assert.True(report.Violations.IsEmpty, string.Join('\n', said.Concat(report.LastLines.TakeLast(40))));
        return report;
    }
}
