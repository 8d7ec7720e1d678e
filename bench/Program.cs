using System.Diagnostics;
using System.Globalization;
using Tenon.Bench;
using Tenon.Scheduling;

// bench                          every benchmark that has a budget; fails when one is broken
// bench NAME [--pods N] …        one benchmark; its last line is one JSON object
if (args is ["--help" or "-h", ..])
{
    Console.WriteLine("usage: bench [--budgets FILE]");
    Console.WriteLine("       bench NAME [--pods N] [--runs N] [--budget SECONDS] [--policy greedy|best] [--json]");
    Console.WriteLine($"names: {string.Join(' ', Scenarios.Names)}");
    return 0;
}
if (args is [] or ["--budgets", ..])
    return BudgetRun.Run(Option("--budgets") ?? BudgetRun.DefaultFile, Console.Out, Console.Error);
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
_ = Measured.Run(scenario.Input(), policy, TimeSpan.FromSeconds(1));
var yardstick = Yardstick.Measure();
for (var run = 0; run < runs; run++)
    measured.Add(Measured.Run(scenario.Input(), policy, budget));

// A yardstick before and after: whichever was disturbed less.
yardstick = Math.Min(yardstick, Yardstick.Measure());

// The plan that is shown is that of the run whose time is shown.
var plan = measured.OrderBy(it => it.SolveMs).ElementAt(measured.Count / 2).Plan;
Console.WriteLine(
    string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"name":"{{name}}","pods":{{plan.Problem.Pods.Length}},"firstPlanMs":{{Median(it => it.FirstPlanMs):0.###}}"""
            + $$""","solveMs":{{Median(it => it.SolveMs):0.###}},"lowerMs":{{Median(it => it.LowerMs):0.###}}"""
            + $$""","allocBytes":{{(long)Median(it => it.AllocatedBytes)}},"peakRssMb":{{PeakRssMb()}}"""
            + $$""","nodes":{{plan.Claims.Count}},"unschedulable":{{plan.Refused.Count}}"""
            + $$""","cost":{{Dollars(plan.CostMicros)}},"bound":{{Dollars(plan.BoundMicros)}},"gap":{{plan.Gap:0.####}}"""
            + $$""","planSha256":"{{plan.Sha256()}}","greedyCost":{{Dollars(plan.GreedyCostMicros)}}"""
            + $$""","firstPlanRatio":{{measured.Min(it => it.FirstPlanMs) / yardstick:0.##}}}"""
    )
);
return 0;

string? Option(string option) =>
    Array.IndexOf(args, option) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

int? Number(string option) => Option(option) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

double Median(Func<Measured, double> of) => measured.Select(of).Order().ElementAt(measured.Count / 2);

static long PeakRssMb()
{
    using var self = Process.GetCurrentProcess();
    return self.PeakWorkingSet64 >> 20;
}

static string Dollars(long micros) => (micros / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
