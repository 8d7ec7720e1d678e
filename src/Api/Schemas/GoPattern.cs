using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Tenon.Api.Schemas;

/// <summary>
/// Regular expressions with Go's (RE2's) meaning: <c>$</c> is the very end of the text, digits and spaces are ASCII,
/// and matching takes linear time. Look-around and back references do not exist there, so they are refused here.
/// </summary>
public static class GoPattern
{
    public const int MaxLength = 4_096;

    /// <summary>How many compiled patterns are kept; schemas hold a few dozen.</summary>
    private const int MaxKept = 4_096;

    private static readonly ConcurrentDictionary<string, Regex?> Kept = new(StringComparer.Ordinal);

    /// <summary>Finds a match anywhere in the text, as Go's <c>MatchString</c>.</summary>
    /// <exception cref="ArgumentException">The pattern is not one; ask <see cref="TryCompile"/> first when it is not
    /// ours.</exception>
    public static bool IsMatch(string pattern, string text) =>
        TryCompile(pattern, out var regex)
            ? regex.IsMatch(text)
            : throw new ArgumentException($"\"{pattern}\" is not a pattern", nameof(pattern));

    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex)
    {
        if (Kept.TryGetValue(pattern, out regex))
            return regex is not null;
        regex = Compile(pattern);
        if (Kept.Count < MaxKept)
            Kept.TryAdd(pattern, regex);
        return regex is not null;
    }

    private static Regex? Compile(string pattern)
    {
        if (pattern.Length > MaxLength)
            return null;
        try
        {
            return new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], inClass));
                continue;
            }
            if (inClass && c == '[')
            {
                if (Posix(pattern, i) is { } named)
                {
                    text.Append(named.Members);
                    i = named.End;
                }
                else
                    text.Append("\\[");
                continue;
            }
            if (c == '[')
                inClass = true;
            else if (
                c == ']'
                && !(inClass && (pattern[i - 1] == '[' || (pattern[i - 1] == '^' && i > 1 && pattern[i - 2] == '[')))
            )
                inClass = false;
            text.Append(c == '$' && !inClass ? @"\z" : c.ToString());
        }
        return text.ToString();
    }

    private static string Escape(char c, bool inClass) =>
        c switch
        {
            'd' => inClass ? "0-9" : "[0-9]",
            'w' => inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]",
            's' => inClass ? @"\t\n\f\r " : @"[\t\n\f\r ]",
            'D' when !inClass => "[^0-9]",
            'W' when !inClass => "[^0-9A-Za-z_]",
            'S' when !inClass => @"[^\t\n\f\r ]",
            _ => $"\\{c}",
        };

    private static (string Members, int End)? Posix(string pattern, int at)
    {
        var end = pattern.IndexOf(":]", at, StringComparison.Ordinal);
        if (end < 0 || pattern[at + 1] != ':')
            return null;
        var members = pattern[(at + 2)..end] switch
        {
            "alnum" => "0-9A-Za-z",
            "alpha" => "A-Za-z",
            "digit" => "0-9",
            "lower" => "a-z",
            "upper" => "A-Z",
            "space" => @"\t\n\v\f\r ",
            "xdigit" => "0-9A-Fa-f",
            "punct" => @"!-/:-@\[-`{-~",
            _ => null,
        };
        return members is null ? null : (members, end + 1);
    }
}
