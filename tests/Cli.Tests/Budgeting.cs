using System.Diagnostics;
using Tenon.Bench;

namespace Tenon.Cli.Tests;

/// <summary>What <c>./dev bench</c> holds the planner to.</summary>
public sealed class Budgeting : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static Budget Small { get; } =
        new()
        {
            Name = "reference-mix",
            Arguments = ["--pods", "200"],
            AllocBytes = 1000,
            PeakRssMb = 100,
            FirstPlanRatio = 2,
        };

    [Fact]
    public void What_stays_within_its_budget_is_not_spoken_of() =>
        Assert.Empty(Small.Breaches(new Figures("reference-mix", 1000, 100, 5, 2)));

    [Theory]
    [InlineData(1001, 100, 2, "allocates 1001 bytes; its budget is 1000")]
    [InlineData(1000, 101, 2, "keeps 101 MB resident; its budget is 100")]
    [InlineData(1000, 100, 2.5, "takes 2.5 yardsticks to its first plan; its budget is 2")]
    public void Each_limit_that_is_broken_is_told(long bytes, long rss, double ratio, string told)
    {
        var breach = Assert.Single(Small.Breaches(new Figures("reference-mix", bytes, rss, 5, ratio)));
        Assert.Equal($"reference-mix --pods 200 {told}", breach);
    }

    [Fact]
    public void The_budgets_of_the_repository_name_benchmarks_that_exist()
    {
        var budgets = Budget.Read(File.ReadAllText(BudgetRun.DefaultFile));
        Assert.NotEmpty(budgets);
        Assert.All(budgets, budget => Assert.Contains(budget.Name, Scenarios.Names));
    }

    [Theory]
    [InlineData(100_000_000, 0)]
    [InlineData(1000, 1)]
    public async Task The_check_fails_when_a_budget_is_broken(long allocBytes, int exitCode)
    {
        var file = _scratch.Write(
            "budgets.json",
            $$"""
            [{"name": "reference-mix", "arguments": ["--pods", "200", "--runs", "1", "--policy", "greedy"],
              "allocBytes": {{allocBytes}}, "peakRssMb": 4000, "firstPlanRatio": 100000}]
            """
        );
        var start = new ProcessStartInfo("dotnet", [typeof(Budget).Assembly.Location, "--budgets", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var bench = Process.Start(start)!;
        var error = bench.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await bench.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bench.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(bench.ExitCode == exitCode, output);
        Assert.Contains("reference-mix --pods 200", output);
        if (exitCode != 0)
            Assert.Contains("allocates", await error);
    }

    [Fact]
    public void A_file_that_holds_no_budgets_is_a_usage_error()
    {
        using var error = new StringWriter();
        var file = _scratch.Write("budgets.json", "[{\"name\": 3}]");
        Assert.Equal(2, BudgetRun.Run(file, TextWriter.Null, error));
        Assert.Contains(file, error.ToString());
    }
}
