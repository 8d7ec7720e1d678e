using System.Diagnostics;
using System.Globalization;
using Tenon.Bench;
using Tenon.Scheduling;
using Tenon.Scheduling.Model;

// dotnet run --project bench -- NAME [--pods N] [--runs N] [--budget SECONDS] [--policy greedy|best] [--json]
if (args.Length == 0 || args[0] is "--help" or "-h")
{
    Console.Error.WriteLine(
        $"usage: bench NAME [--pods N] [--runs N] [--budget SECONDS] [--policy greedy|best] [--json]"
    );
    Console.Error.WriteLine($"names: {string.Join(' ', Scenarios.Names)}");
    return args.Length == 0 ? 2 : 0;
}
var name = args[0];
var pods = Number("--pods");
var runs = Math.Max(1, Number("--runs") ?? 3);
var budget = TimeSpan.FromSeconds(double.Parse(Option("--budget") ?? "5", CultureInfo.InvariantCulture));
var policy = Option("--policy") == "greedy" ? SolvePolicy.Greedy : SolvePolicy.Best;
if (Scenarios.Find(name, pods) is not { } scenario)
{
    Console.Error.WriteLine($"no benchmark is called {name}; there are: {string.Join(' ', Scenarios.Names)}");
    return 2;
}
var measured = new List<Measured>();
var session = new SchedulingSession();
_ = Measured.Run(scenario.Input(), policy, TimeSpan.FromSeconds(1), session);
for (var run = 0; run < runs; run++)
    measured.Add(Measured.Run(scenario.Input(), policy, budget, scenario.KeepsSession ? session : null));
var middle = measured[measured.Count / 2].Plan;
var line = string.Create(
    CultureInfo.InvariantCulture,
    $$"""{"name":"{{name}}","pods":{{middle.Problem.Pods.Length}},"firstPlanMs":{{Median(it => it.FirstPlanMs):0.###}},"solveMs":{{Median(it => it.SolveMs):0.###}},"lowerMs":{{Median(it => it.LowerMs):0.###}},"allocBytes":{{(long)Median(it => it.AllocatedBytes)}},"peakRssMb":{{Process.GetCurrentProcess().PeakWorkingSet64 >> 20}},"nodes":{{middle.Claims.Count}},"unschedulable":{{middle.Refused.Count}},"cost":{{Dollars(middle.CostMicros)}},"bound":{{Dollars(middle.BoundMicros)}},"gap":{{middle.Gap:0.####}},"greedyCost":{{Dollars(middle.GreedyCostMicros)}},"planSha256":"{{middle.Sha256()}}"}"""
);
Console.WriteLine(line);
return 0;

string? Option(string option) =>
    Array.IndexOf(args, option) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

int? Number(string option) => Option(option) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

double Median(Func<Measured, double> of) => measured.Select(of).Order().ElementAt(measured.Count / 2);

static string Dollars(long micros) => (micros / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
