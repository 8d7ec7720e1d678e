using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.Oracles;

namespace Tenon.Simulation.Worlds;

/// <summary>How a run ended: the contract of <c>./dev sim --json</c>.</summary>
public sealed record WorldReport
{
    public required string World { get; init; }
    public required ulong Seed { get; init; }
    public required TimeSpan Virtual { get; init; }
    public required TimeSpan Wall { get; init; }
    public required long PeakRssBytes { get; init; }
    public required ImmutableArray<Violation> Violations { get; init; }
    public required string JournalSha256 { get; init; }

    /// <summary>What all machines of the run cost, in the catalogue's currency.</summary>
    public required decimal Cost { get; init; }
    public required int Restarts { get; init; }

    /// <summary>How often a running pod had to start again elsewhere.</summary>
    public required long PodRestarts { get; init; }

    /// <summary>Pods at the end, and those of them that are bound.</summary>
    public required int Pods { get; init; }
    public required int Bound { get; init; }
    public required ImmutableArray<string> LastLines { get; init; }

    public JsonObject ToJson() =>
        new()
        {
            ["world"] = World,
            ["seed"] = Seed,
            ["virtualHours"] = Math.Round(Virtual.TotalHours, 3),
            ["wallSeconds"] = Math.Round(Wall.TotalSeconds, 2),
            ["peakRssMb"] = PeakRssBytes >> 20,
            ["violations"] = Violations.Length,
            ["journalSha256"] = JournalSha256,
            ["cost"] = Math.Round(Cost, 4),
            ["restarts"] = Restarts,
            ["podRestarts"] = PodRestarts,
            ["pods"] = Pods,
            ["bound"] = Bound,
        };

    /// <summary>The command that shows a violation again.</summary>
    public string Replay(Violation violation) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"./dev sim --world {World} --seed 0x{Seed:X} --until {(int)violation.At.TotalHours:00}:{violation.At.Minutes:00}:{violation.At.Seconds:00}"
        );
}

/// <summary>How many runs ended: the contract of <c>./dev sim --swarm N --json</c>.</summary>
public sealed record SwarmReport(
    ImmutableArray<WorldReport> Failed,
    int Runs,
    int Violations,
    TimeSpan Virtual,
    TimeSpan Wall
)
{
    public JsonObject ToJson() =>
        new()
        {
            ["runs"] = Runs,
            ["violations"] = Violations,
            ["failedSeeds"] = new JsonArray([.. Failed.Select(report => (JsonNode)report.Seed)]),
            ["virtualHours"] = Math.Round(Virtual.TotalHours, 2),
            ["wallSeconds"] = Math.Round(Wall.TotalSeconds, 2),
        };
}
