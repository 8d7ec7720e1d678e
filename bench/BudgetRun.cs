using System.Diagnostics;
using System.Globalization;

namespace Tenon.Bench;

/// <summary>Runs every benchmark that has a budget, each in a process of its own, and holds it to the budget.</summary>
public static class BudgetRun
{
    /// <summary>Lies beside the binary; a copy of the one in the repository.</summary>
    public static string DefaultFile { get; } = Path.Combine(AppContext.BaseDirectory, "budgets.json");

    /// <returns>0 when all budgets hold, 1 when one is broken, 2 when the file cannot be read.</returns>
    public static int Run(string file, TextWriter output, TextWriter error)
    {
        IReadOnlyList<Budget> budgets;
        try
        {
            budgets = Budget.Read(File.ReadAllText(file));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
        {
            error.WriteLine($"{file}: {wrong.Message}");
            return 2;
        }
        output.WriteLine(
            $"{"BENCHMARK", -36}{"ALLOC MB", 12}{"OF", 9}{"RSS MB", 9}{"OF", 7}{"FIRST PLAN", 12}{"OF", 7}"
        );
        var breaches = new List<string>();
        foreach (var budget in budgets)
        {
            if (Measure(budget, error) is not { } figures)
            {
                breaches.Add($"{budget.Title} did not end with a result");
                continue;
            }
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{budget.Title, -36}{figures.AllocatedMb, 12}{budget.AllocBytes / 1e6, 9:0}{figures.PeakRssMb, 9}{budget.PeakRssMb, 7}"
                        + $"{figures.FirstPlanRatio, 11:0.0}x{budget.FirstPlanRatio, 6:0}x"
                )
            );
            breaches.AddRange(budget.Breaches(figures));
        }
        foreach (var breach in breaches)
            error.WriteLine(breach);
        output.WriteLine(breaches.Count == 0 ? $"{budgets.Count} budgets hold" : $"{breaches.Count} broken");
        return breaches.Count == 0 ? 0 : 1;
    }

    static Figures? Measure(Budget budget, TextWriter error)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (
            var argument in (string[])[typeof(BudgetRun).Assembly.Location, budget.Name, .. budget.Arguments, "--json"]
        )
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        try
        {
            return process.ExitCode == 0 && lines.Length > 0 ? Figures.Parse(lines[^1]) : null;
        }
        catch (FormatException wrong)
        {
            error.WriteLine(wrong.Message);
            return null;
        }
    }
}
