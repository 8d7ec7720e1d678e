using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
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
                Catalogue = named.LoadCatalogue(seed),
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

    /// <summary>
    /// So many seeds from <paramref name="first"/> on. Each world turns on one thread; as many turn at once as
    /// <paramref name="atOnce"/> allows, and what one does is not felt in another.
    /// </summary>
    public SwarmReport RunSwarm(NamedWorld named, ulong first, int count, int atOnce, Action<string> tell)
    {
        var watch = Stopwatch.StartNew();
        var reports = new WorldReport[count];
        var taken = -1;
        var gate = new Lock();
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, Math.Clamp(atOnce, 1, Math.Max(1, count)))
                .Select(number => new Thread(Work) { IsBackground = true, Name = $"worlds {number}" }),
        ];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return new SwarmReport(
            [.. reports.Where(report => report.Violations.Length > 0)],
            count,
            reports.Sum(report => report.Violations.Length),
            reports.Aggregate(TimeSpan.Zero, (sum, report) => sum + report.Virtual),
            watch.Elapsed
        );

        void Work()
        {
            while (Interlocked.Increment(ref taken) is var at && at < count)
            {
                var said = new List<string>();
                var report = Run(named, first + (ulong)at, null, said.Add);
                // The journals of two hundred worlds would fill the memory.
                reports[at] = report with
                {
                    LastLines = [],
                };
                lock (gate)
                {
                    said.ForEach(tell);
                    tell(Line(report));
                }
            }
        }
    }

    private static string Line(WorldReport report) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"seed {report.Seed}: {report.Violations.Length} violations, {report.Virtual.TotalHours:0.0} h in {report.Wall.TotalSeconds:0.0} s, "
                + $"{report.Bound}/{report.Pods} pods bound, {report.Restarts} restarts, journal {report.JournalSha256[..12]}"
        );

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
            PodRestarts = world.PodRestarts,
            Pods = pods.Count,
            Bound = pods.Count(pod => pod.IsAssigned()),
            LastLines = [.. world.Journal.Lines.TakeLast(LastLines)],
        };
    }
}
