using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Tenon.Controllers.Tests;

/// <summary>docs/lifecycle-rules.md names a test for each rule that has one.</summary>
public sealed partial class RuleTableTests
{
    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        var root = Root();
        var tests = Directory
            .EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(static file =>
                !file.Contains(
                    $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                    StringComparison.Ordinal
                )
            )
            .SelectMany(static file => Method().Matches(File.ReadAllText(file)).Select(static it => it.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var named = Rows(root)
            .SelectMany(static row => Quoted().Matches(row.Test).Select(static it => it.Groups[1].Value))
            .ToList();
        Assert.NotEmpty(named);
        Assert.Empty(named.Where(name => !tests.Contains(name)).Distinct());
    }

    [Fact]
    public void Every_rule_stands_in_the_table_once_and_the_count_is_true()
    {
        var root = Root();
        var rows = Rows(root).ToList();
        Assert.Equal(rows.Count, rows.Select(static it => it.Rule).Distinct().Count());
        var proven = rows.Count(static it => it.Test != "missing");
        Assert.Contains(
            $"{proven} of {rows.Count} rules have a test.",
            File.ReadAllText(Path.Combine(root, "docs", "lifecycle-rules.md"))
        );
    }

    private static IEnumerable<(string Rule, string Test)> Rows(string root) =>
        File.ReadLines(Path.Combine(root, "docs", "lifecycle-rules.md"))
            .Select(static line => Row().Match(line))
            .Where(static match => match.Success)
            .Select(static match => (match.Groups[1].Value, match.Groups[2].Value));

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex(@"^\| ([A-Z]{2}\d\d) \| .* \| (.*) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z0-9_]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"public (?:async )?(?:void|Task|ValueTask) ([A-Za-z0-9_]+)\(")]
    private static partial Regex Method();
}
