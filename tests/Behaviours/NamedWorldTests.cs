using Tenon.Simulation.Worlds;

namespace Tenon.Behaviours;

public sealed class NamedWorldTests
{
    [Trait("tier", "sim")]
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_drawn_world_keeps_every_law_and_repeats_byte_for_byte(ulong seed)
    {
        var said = new List<string>();
        var (first, second) = (Run(), Run());

        Assert.True(first.Violations.IsEmpty, string.Join('\n', said.Concat(first.LastLines.TakeLast(40))));
        Assert.Equal(first.JournalSha256, second.JournalSha256);

        WorldReport Run() => new WorldRunner(TenonUnderTest.Main).Run(NamedWorld.Find("swarm")!, seed, null, said.Add);
    }
}
