using System.Text.Json.Nodes;

namespace Tenon.Cli.Tests;

/// <summary>A seed is the whole world: another process on another day plays the same one.</summary>
[Trait("tier", "sim")]
public sealed class RepeatingWorlds
{
    [Fact]
    public void The_same_seed_writes_the_same_journal_in_two_processes()
    {
        var (first, second) = (Report(), Report());

        Assert.Equal((string?)first["journalSha256"], (string?)second["journalSha256"]);
        Assert.Equal((double?)first["cost"], (double?)second["cost"]);
        Assert.NotEqual(0, (int?)first["pods"]);
    }

    private static JsonNode Report()
    {
        var ran = TenonBinary.Run("dev", "sim", "--world", "swarm", "--seed", "4", "--json");
        Assert.True(ran.ExitCode == 0, ran.Error);
        return JsonNode.Parse(ran.LastLine)!;
    }
}
