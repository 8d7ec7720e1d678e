using System.Text.RegularExpressions;

namespace Tenon.Architecture;

/// <summary>What nobody should have to say in a review.</summary>
public sealed partial class Tidy
{
    const int LongestLine = 120;
    const int LongestMethod = 80;
    const int LongestTest = 140;
    const int LongestFile = 700;
    const int LongLiteral = 50;

    // Written in two halves, so that this file does not find itself.
    static readonly string[] Forbidden =
    [
        "TO" + "DO",
        "FIX" + "ME",
        "NotImplemented" + "Exception",
        "#reg" + "ion",
        "Skip " + "= \"",
        "Skip" + "=\"",
    ];

    [Fact]
    public void Lines_fit_the_page() =>
        Empty(
            from file in Checkout.Files("*.cs", "src", "tests")
            from line in LinesOutsideRawText(file)
            where line.Text.Length > LongestLine && LongestQuote(line.Text) < LongLiteral
            select $"{Checkout.Relative(file)}:{line.Number}: {line.Text.Length} columns"
        );

    [Fact]
    public void Files_fit_one_idea() =>
        Empty(
            from file in Checkout.Files("*.cs", "src", "tests")
            let lines = File.ReadLines(file).Count()
            where lines > LongestFile
            select $"{Checkout.Relative(file)}: {lines} lines"
        );

    [Fact]
    public void Methods_fit_a_screen() =>
        Empty(
            from folder in new[] { "src", "tests" }
            from file in Checkout.Files("*.cs", folder)
            from block in Blocks(File.ReadAllLines(file))
            where block.Length > (folder == "src" ? LongestMethod : LongestTest)
            select $"{Checkout.Relative(file)}:{block.Line}: {block.Length} lines"
        );

    [Fact]
    public void Nothing_is_left_for_later() =>
        Empty(
            from file in Checkout.Files("*.cs", "src", "tests")
            from line in Numbered(file)
            from word in Forbidden
            where line.Text.Contains(word, StringComparison.Ordinal)
            select $"{Checkout.Relative(file)}:{line.Number}: {word}"
        );

    [Fact]
    public void No_source_or_page_names_a_path_of_one_persons_machine() =>
        Empty(
            from file in Checkout.Files("*", "src", "tests", "docs", "examples", "eng").Concat(RootFiles())
            where Path.GetExtension(file) is ".cs" or ".md" or ".yaml" or ".json" or ".sh" or ".props" or ""
            from line in Numbered(file)
            where HomeOfSomebody().IsMatch(line.Text)
            select $"{Checkout.Relative(file)}:{line.Number}: {line.Text.Trim()}"
        );

    [Fact]
    public void Namespaces_follow_folders() =>
        Empty(
            from file in Checkout.Files("*.cs", "src")
            let folder = Path.GetDirectoryName(Checkout.Relative(file))!["src/".Length..].Replace('/', '.')
            let declared = File.ReadLines(file)
                .Select(line => NamespaceLine().Match(line))
                .FirstOrDefault(match => match.Success)
                ?.Groups[1]
                .Value
            where declared is not null && declared != $"Tenon.{folder}"
            select $"{Checkout.Relative(file)}: namespace {declared}"
        );

    [Fact]
    public void The_checks_find_what_they_look_for()
    {
        string[] longMethod =
        [
            "class A",
            "{",
            "    void M()",
            "    {",
            .. Enumerable.Repeat("        x();", 90),
            "    }",
            "}",
        ];
        Assert.Equal(
            [(4, 92)],
            Blocks(longMethod).Select(block => (block.Line, block.Length)).Where(b => b.Length > 80)
        );
        Assert.Equal(5, LongestQuote("var s = \"hello\";"));
        Assert.Matches(HomeOfSomebody(), "see /" + "home/ann/x");
        Assert.Matches(NamespaceLine(), "namespace Tenon.Api.Core;");
    }

    static void Empty(IEnumerable<string> faults)
    {
        var all = string.Join('\n', faults);
        if (all.Length > 0)
            Assert.Fail(all);
    }

    static IEnumerable<string> RootFiles() =>
        Directory.EnumerateFiles(Checkout.Root).Where(file => !Path.GetFileName(file).StartsWith('.'));

    static IEnumerable<(int Number, string Text)> Numbered(string file) =>
        File.ReadLines(file).Select((text, index) => (index + 1, text));

    static IEnumerable<(int Number, string Text)> LinesOutsideRawText(string file)
    {
        var raw = false;
        foreach (var line in Numbered(file))
        {
            var marks = RawQuote().Count(line.Text);
            if (!raw && marks == 0)
                yield return line;
            if (marks % 2 == 1)
                raw = !raw;
        }
    }

    /// <summary>The longest literal; an interpolated one, where quotes may nest, to its line's end.</summary>
    static int LongestQuote(string line)
    {
        var nested = line.IndexOf("$\"", StringComparison.Ordinal);
        var plain = Quoted().Matches(line).Select(match => match.Groups[1].Length).DefaultIfEmpty(0).Max();
        return nested < 0 ? plain : Math.Max(plain, line.Length - nested);
    }

    /// <summary>
    /// Bodies in braces that are not those of a type: with the house's layout a body opens and closes alone on its
    /// line, at the indentation of its head.
    /// </summary>
    static IEnumerable<(int Line, int Length)> Blocks(string[] lines)
    {
        for (var at = 1; at < lines.Length; at++)
        {
            if (lines[at].Trim() != "{" || !lines[at].StartsWith("    ", StringComparison.Ordinal))
                continue;
            if (TypeHead().IsMatch(Head(lines, at)) || IsTable(lines, at))
                continue;
            var closing = lines[at].Replace('{', '}');
            var end = Array.FindIndex(lines, at, line => line.StartsWith(closing, StringComparison.Ordinal));
            if (end > at)
                yield return (at + 1, end - at + 1);
        }
    }

    /// <summary>
    /// The declaration a brace belongs to: the lines above it, back to the one at its own indentation.
    /// </summary>
    static string Head(string[] lines, int brace)
    {
        var indent = lines[brace].Length - lines[brace].TrimStart().Length;
        var first = brace - 1;
        while (first > 0 && lines[first].Length - lines[first].TrimStart().Length > indent)
            first--;
        return string.Join(' ', lines[first..brace]);
    }

    /// <summary>A table is read row by row, however long; its author says so with a comment above it.</summary>
    static bool IsTable(string[] lines, int brace) =>
        lines[..brace].Reverse().TakeWhile(line => line.Trim().Length > 0).Any(line => line.Trim() == "// A table.");

    [GeneratedRegex("\"\"\"")]
    private static partial Regex RawQuote();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s")]
    private static partial Regex TypeHead();

    [GeneratedRegex(@"(?<![\w.])/(home|Users|work)/\w")]
    private static partial Regex HomeOfSomebody();

    [GeneratedRegex(@"^namespace ([\w.]+);")]
    private static partial Regex NamespaceLine();
}
