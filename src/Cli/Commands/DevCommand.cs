using System.CommandLine;
using System.Globalization;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Up;
using Tenon.Simulation.Worlds;

namespace Tenon.Cli.Commands;

/// <summary>Tools of those who build Tenon; <c>./dev</c> calls them.</summary>
sealed class DevCommand : TenonCommand
{
    public DevCommand()
        : base("dev", "Tools for building Tenon itself.")
    {
        Hidden = true;
        Add(new SimCommand());
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [("tenon dev sim --world burst-5000", "one named world")];
}

/// <summary>Simulated worlds in virtual time: one by name and seed, or a swarm of seeds.</summary>
sealed class SimCommand : TenonCommand
{
    const string DefaultWorld = "burst-5000";
    const string SwarmWorld = "swarm";
    const string Best = "best";
    const string Upstream = "upstream";
    const string Both = "both";

    readonly Option<string?> _world = new("--world")
    {
        Description =
            "Which world: " + string.Join("; ", NamedWorld.All.Select(world => $"{world.Name} ({world.About})")),
    };

    readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Decides everything left to chance; decimal, or hexadecimal with 0x.",
        DefaultValueFactory = _ => 1,
        CustomParser = result => Seed(result.Tokens[^1].Value) is { } seed ? seed : Refuse(result),
    };

    readonly Option<int?> _swarm = new("--swarm")
    {
        Description = "Run so many seeds, from --seed on.",
        HelpName = "N",
    };
    readonly Option<int> _jobs = new("--jobs")
    {
        Description = "Worlds of a swarm that turn at once; one to a core unless told otherwise.",
        HelpName = "N",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };
    readonly Option<string?> _policy = new("--policy")
    {
        Description =
            "Whose rules plan and disrupt: best (Tenon's), upstream, or both side by side; both for a world that compares.",
    };
    readonly Option<string?> _until = new("--until")
    {
        Description = "Stop at this virtual time, as 01:42:10, and print the journal.",
        HelpName = "HH:MM:SS",
    };
    readonly Option<bool> _json = Shared.Json();

    public SimCommand()
        : base("sim", "Runs simulated worlds by seed and judges them.")
    {
        foreach (var option in new Option[] { _world, _seed, _swarm, _jobs, _policy, _until, _json })
            Add(option);
        SetAction(Run);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("./dev sim --world burst-5000 --json", "the scale test"),
        ("./dev sim --swarm 200", "two hundred seeds with faults and restarts"),
        ("./dev sim --world swarm --seed 42 --until 00:31:00", "look at the moment of a violation"),
    ];

    int Run(ParseResult arguments)
    {
        var output = arguments.InvocationConfiguration.Output;
        var error = arguments.InvocationConfiguration.Error;
        var swarm = arguments.GetValue(_swarm);
        var named = Find(arguments.GetValue(_world) ?? (swarm is null ? DefaultWorld : SwarmWorld));
        var policy = arguments.GetValue(_policy) ?? (named.ComparesPolicies && swarm is null ? Both : Best);
        if (policy is not (Best or Upstream or Both) || (policy == Both && swarm is not null))
            throw new UserFault(
                $"--policy: '{policy}' is not possible here; it is best, upstream, or for one world both",
                ExitCode.Usage
            );
        var runner = Runner(policy);
        var json = arguments.GetValue(_json);
        var seed = arguments.GetValue(_seed);
        if (swarm is { } count)
        {
            var runs = runner.RunSwarm(named, seed, count, arguments.GetValue(_jobs), error.WriteLine);
            output.WriteLine(
                json
                    ? runs.ToJson().ToJsonString()
                    : $"{runs.Runs} runs, {runs.Violations} violations, {runs.Virtual.TotalHours:0.0} h in {runs.Wall.TotalSeconds:0.0} s"
            );
            return runs.Violations == 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        var until = arguments.GetValue(_until) is { } text ? Until(text) : (TimeSpan?)null;
        var beside =
            policy == Both
                ? Task.Factory.StartNew(
                    () => Runner(Upstream).Run(named, seed, until, error.WriteLine),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
                : null;
        var report = runner.Run(named, seed, until, error.WriteLine);
        if (until is not null)
            foreach (var line in report.LastLines)
                error.WriteLine(line);
        if (beside is not null)
            return Compare(report, beside.GetAwaiter().GetResult(), json, output);
        output.WriteLine(json ? report.ToJson().ToJsonString() : Sentence(report));
        return report.Violations.IsEmpty ? ExitCode.Ok : ExitCode.Failed;
    }

    static WorldRunner Runner(string policy) =>
        new(policy == Upstream ? OperatorMains.RunAsUpstreamAsync : OperatorMains.RunAsync);

    static int Compare(WorldReport best, WorldReport upstream, bool json, TextWriter output)
    {
        var saving = upstream.Cost == 0 ? 0 : 100 * (1 - best.Cost / upstream.Cost);
        var both = best.ToJson();
        both["upstreamCost"] = Math.Round(upstream.Cost, 4);
        both["upstreamPodRestarts"] = upstream.PodRestarts;
        both["savingPercent"] = Math.Round(saving, 2);
        output.WriteLine(
            json
                ? both.ToJsonString()
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"upstream  cost {upstream.Cost, 10:0.00}  pod restarts {upstream.PodRestarts, 7}  {upstream.Violations.Length} violations\n"
                        + $"tenon     cost {best.Cost, 10:0.00}  pod restarts {best.PodRestarts, 7}  {best.Violations.Length} violations\n"
                        + $"saving    {saving:0.0} %\n{Sentence(best)}"
                )
        );
        return best.Violations.IsEmpty && upstream.Violations.IsEmpty ? ExitCode.Ok : ExitCode.Failed;
    }

    static string Sentence(WorldReport report) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{report.World}, seed {report.Seed}: {report.Virtual.TotalHours:0.00} h in {report.Wall.TotalSeconds:0.0} s, "
                + $"{report.Bound} of {report.Pods} pods bound, cost {report.Cost:0.00}, {report.Violations.Length} violations, "
                + $"{report.PeakRssBytes >> 20} MB, journal {report.JournalSha256}"
        );

    static NamedWorld Find(string name) =>
        NamedWorld.Find(name)
        ?? throw new UserFault(
            $"--world: there is no world '{name}'; there are {string.Join(", ", NamedWorld.All.Select(world => world.Name))}",
            ExitCode.Usage
        );

    static TimeSpan Until(string text) =>
        TimeSpan.TryParseExact(
            text,
            [@"h\:mm\:ss", @"hh\:mm\:ss", @"d\.hh\:mm\:ss"],
            CultureInfo.InvariantCulture,
            out var until
        )
            ? until
            : throw new UserFault($"--until: '{text}' is not a time; write it as 01:42:10", ExitCode.Usage);

    static ulong? Seed(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex)
                ? hex
                : null
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;

    static ulong Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("--seed: must be a whole number, decimal or hexadecimal with 0x");
        return 0;
    }
}
