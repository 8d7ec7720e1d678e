using System.Text.RegularExpressions;

namespace Tenon.Architecture;

/// <summary>A page that points nowhere is worse than no page.</summary>
public sealed partial class Pages
{
    static readonly string[] Folders = ["src", "tests", "docs", "examples", "eng"];

    static IEnumerable<string> All =>
        Checkout.Files("*.md", Folders).Concat(Directory.EnumerateFiles(Checkout.Root, "*.md"));

    [Fact]
    public void Every_link_of_every_page_resolves()
    {
        var broken =
            from page in All
            from target in Links(File.ReadAllText(page))
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
            let path = Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0])
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{Checkout.Relative(page)}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_command_that_a_page_tells_people_to_run_exists()
    {
        var missing =
            from page in All
            from Match match in Command().Matches(File.ReadAllText(page))
            let script = match.Groups[1].Value
            where !File.Exists(Path.Combine(Checkout.Root, script))
            select $"{Checkout.Relative(page)}: ./{script}";
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_test_that_the_scheduling_rules_name_exists()
    {
        var written = Checkout
            .Files("*.cs", "tests")
            .SelectMany(file => TestName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "scheduling-rules.md"));
        var named = NamedTest().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(written, StringComparer.Ordinal));
    }

    [Fact]
    public void The_pages_people_look_for_are_there()
    {
        foreach (var page in new[] { "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE", "docs/glossary.md" })
            Assert.True(File.Exists(Path.Combine(Checkout.Root, page)), page);
    }

    [Fact]
    public void Decisions_are_numbered_without_a_gap()
    {
        var numbers = Checkout.Files("*.md", "docs/adr").Select(file => Path.GetFileName(file)[..4]).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(number => $"{number:0000}"), numbers);
        Assert.True(numbers.Count >= 6);
    }

    static IEnumerable<string> Links(string text) =>
        Link().Matches(CodeBlock().Replace(text, string.Empty)).Select(match => match.Groups[1].Value);

    [GeneratedRegex("(?s)```.*?```")]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"public (?:async )?(?:void|Task|ValueTask) (\w+)\(")]
    private static partial Regex TestName();

    // A test is named in backquotes; its name is a sentence, so it has underscores and starts with a capital.
    [GeneratedRegex(@"`([A-Z]\w*_\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"(?m)(?:^[ ]{4,}|`)\./([\w/.-]+)")]
    private static partial Regex Command();
}
