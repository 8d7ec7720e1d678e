using System.Collections.Immutable;
using System.Diagnostics;
using Tenon.Api.Core;
using Tenon.Simulation.Clock;
using Tenon.Simulation.Oracles;
using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Worlds;

/// <summary>Plays named worlds and says how they ended.</summary>
public sealed class WorldRunner(OperatorMain main)
{
    /// <summary>Lines of the journal that a report carries.</summary>
    private const int LastLines = 20_000;

    /// <param name="until">Stop there instead of at the end.</param>
    /// <param name="tell">Lines for people as they come: violations, and the command that replays each.</param>
    public WorldReport Run(NamedWorld named, ulong seed, TimeSpan? until, Action<string> tell)
    {
        var watch = Stopwatch.StartNew();
        using var world = new SimulatedWorld(
            named.Options(seed) with
            {
                Operator = main,
                Catalogue = named.LoadCatalogue(),
                Until = until,
            }
        );
        var broken = ImmutableArray<Violation>.Empty;
        try
        {
            named.Play(world);
        }
        catch (WorldEndedException)
        {
            // As asked.
        }
        catch (SimulationFaultException fault)
        {
            broken = [new Violation(fault.At, "the world does not break", fault.ToString())];
        }
        var report = Report(named.Name, seed, world, broken, watch.Elapsed);
        foreach (var violation in report.Violations)
        {
            tell(violation.ToString());
            tell($"  replay: {report.Replay(violation)}");
        }
        return report;
    }

    /// <summary>So many seeds from <paramref name="first"/> on, one after the other.</summary>
    public SwarmReport RunSwarm(NamedWorld named, ulong first, int count, Action<string> tell)
    {
        var watch = Stopwatch.StartNew();
        var failed = ImmutableArray.CreateBuilder<WorldReport>();
        var (violations, passed) = (0, TimeSpan.Zero);
        for (var seed = first; seed < first + (ulong)count; seed++)
        {
            var report = Run(named, seed, null, tell);
            passed += report.Virtual;
            violations += report.Violations.Length;
            if (report.Violations.Length > 0)
                failed.Add(report);
            tell(
                $"seed {seed}: {report.Violations.Length} violations, {report.Virtual.TotalHours:0.0} h in {report.Wall.TotalSeconds:0.0} s, "
                    + $"{report.Bound}/{report.Pods} pods bound, {report.Restarts} restarts"
            );
        }
        return new SwarmReport(failed.ToImmutable(), count, violations, passed, watch.Elapsed);
    }

    private static WorldReport Report(
        string name,
        ulong seed,
        SimulatedWorld world,
        ImmutableArray<Violation> broken,
        TimeSpan wall
    )
    {
        var pods = world.Informers.Of<Pod>().All.Where(pod => !pod.IsFinished()).ToList();
        using var self = Process.GetCurrentProcess();
        return new WorldReport
        {
            World = name,
            Seed = seed,
            Virtual = world.Elapsed,
            Wall = wall,
            PeakRssBytes = self.PeakWorkingSet64,
            Violations = [.. broken, .. world.Oracles?.Violations ?? []],
            JournalSha256 = world.Journal.Sha256,
            Cost = world.Cloud?.Ledger.CostAt(world.Loop.Time.GetUtcNow()) ?? 0,
            Restarts = world.Restarts,
            Pods = pods.Count,
            Bound = pods.Count(pod => pod.IsAssigned()),
            LastLines = [.. world.Journal.Lines.TakeLast(LastLines)],
        };
    }
}
