namespace Tenon.Api.Cel;

/// <summary>
/// Field names that the language cannot spell are escaped in rules: <c>self.x__dash__y</c> is the field <c>x-y</c>.
/// </summary>
internal static class CelFieldNames
{
    private static readonly (string Escape, string Meaning)[] Parts =
    [
        ("__underscores__", "__"),
        ("__dot__", "."),
        ("__dash__", "-"),
        ("__slash__", "/"),
    ];

    private static readonly string[] Reserved =
    [
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ];

    public static string Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal))
            return name;
        if (
            name.Length > 4
            && name.StartsWith("__", StringComparison.Ordinal)
            && name.EndsWith("__", StringComparison.Ordinal)
            && Reserved.Contains(name[2..^2])
        )
            return name[2..^2];
        foreach (var (escape, meaning) in Parts)
            name = name.Replace(escape, meaning, StringComparison.Ordinal);
        return name;
    }
}
