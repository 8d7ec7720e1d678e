using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Api.Yaml;

/// <summary>
/// JSON as block YAML, the way kubectl prints it: two spaces, list items at the level of their key, keys in the order
/// given, long texts as literal blocks. What it writes, <see cref="YamlText"/> reads back to the same JSON.
/// </summary>
public static class YamlWriter
{
    private static readonly Dictionary<string, string> NoComments = [];

    public static string Write(JsonNode? value) => Write(value, NoComments);

    /// <param name="comments">
    /// One line each, by the path of a field (<c>spec.disruption.budgets</c>, not into lists): it is written above the
    /// field. A comment whose field is not there is not written; see <see cref="Has"/>.
    /// </param>
    public static string Write(JsonNode? value, IReadOnlyDictionary<string, string> comments)
    {
        var text = new StringBuilder();
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                Map(text, map, 0, (comments, ""));
                break;
            case JsonArray { Count: > 0 } list:
                List(text, list, 0);
                break;
            default:
                text.Append(Leaf(value)).Append('\n');
                break;
        }
        return text.ToString();
    }

    /// <summary>Whether a comment at this path would be written.</summary>
    public static bool Has(JsonNode? value, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (value is not JsonObject map || !map.TryGetPropertyValue(name, out value))
                return false;
        }
        return true;
    }

    private static void Map(
        StringBuilder text,
        JsonObject map,
        int indent,
        (IReadOnlyDictionary<string, string> All, string Path)? comments = null,
        bool firstInline = false
    )
    {
        foreach (var (key, value) in map)
        {
            var path =
                comments is not { } known ? ""
                : known.Path.Length == 0 ? key
                : $"{known.Path}.{key}";
            if (comments?.All.TryGetValue(path, out var comment) == true)
                text.Append(' ', indent).Append("# ").Append(comment).Append('\n');
            if (!firstInline)
                text.Append(' ', indent);
            firstInline = false;
            text.Append(Word(key)).Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 } inner:
                    Map(text.Append('\n'), inner, indent + 2, comments is { } below ? (below.All, path) : null);
                    break;
                case JsonArray { Count: > 0 } list:
                    List(text.Append('\n'), list, indent);
                    break;
                default:
                    Value(text.Append(' '), value, indent);
                    break;
            }
        }
    }

    private static void List(StringBuilder text, JsonArray list, int indent, bool firstInline = false)
    {
        foreach (var item in list)
        {
            if (!firstInline)
                text.Append(' ', indent);
            firstInline = false;
            text.Append("- ");
            switch (item)
            {
                case JsonObject { Count: > 0 } map:
                    Map(text, map, indent + 2, firstInline: true);
                    break;
                case JsonArray { Count: > 0 } inner:
                    List(text, inner, indent + 2, firstInline: true);
                    break;
                default:
                    Value(text, item, indent);
                    break;
            }
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int indent)
    {
        if (value is JsonValue leaf && leaf.GetValueKind() == JsonValueKind.String && IsBlock(leaf.GetValue<string>()))
        {
            var lines = leaf.GetValue<string>();
            text.Append(lines.EndsWith('\n') ? "|\n" : "|-\n");
            foreach (var line in lines.TrimEnd('\n').Split('\n'))
            {
                if (line.Length > 0)
                    text.Append(' ', indent + 2).Append(line);
                text.Append('\n');
            }
            return;
        }
        text.Append(Leaf(value)).Append('\n');
    }

    /// <summary>Several lines that a literal block can hold without an indentation mark or lost line breaks.</summary>
    private static bool IsBlock(string text)
    {
        if (
            !text.Contains('\n', StringComparison.Ordinal)
            || text[0] is ' ' or '\n' or '\t'
            || text.EndsWith("\n\n", StringComparison.Ordinal)
        )
            return false;
        foreach (var c in text)
            if (c != '\n' && (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFEFF'))
                return false;
        return true;
    }

    private static string Leaf(JsonNode? value) =>
        value switch
        {
            null => "null",
            JsonObject => "{}",
            JsonArray => "[]",
            _ when value.GetValueKind() == JsonValueKind.String => Word(value.GetValue<string>()),
            _ => value.ToJsonString(),
        };

    private static string Word(string text) => IsPlain(text) ? text : Json.ApiJson.Quote(text);

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || YamlScalar.IsAmbiguous(text) || text[^1] is ' ' or ':')
            return false;
        if (
            "-?:,[]{}#&*!|>'\"%@` ".Contains(text[0], StringComparison.Ordinal)
            && !(text[0] == '-' && text.Length > 1 && char.IsAsciiLetter(text[1]))
        )
            return false;
        if (
            text.StartsWith("---", StringComparison.Ordinal)
            || text.StartsWith("...", StringComparison.Ordinal)
            || text is "<<" or "="
        )
            return false;
        foreach (var c in text)
            if (c < ' ' || c > '~')
                return false;
        return !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal);
    }
}
