using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Json;

namespace Tenon.Api.Yaml;

/// <param name="Value">Null for an empty document.</param>
/// <param name="Line">Where the document, or the mistake in it, starts; from 1.</param>
public sealed record YamlDocument(JsonNode? Value, int Line, string? Error);

/// <summary>YAML as Kubernetes tools read it, into JSON. Never throws for what the text holds.</summary>
public static class YamlText
{
    public static IReadOnlyList<YamlDocument> Parse(string text)
    {
        if (text.Length > YamlLimits.MaxCharacters)
            return [new YamlDocument(null, 1, $"the file is larger than {YamlLimits.MaxCharacters} characters")];
        if (text.StartsWith('\uFEFF'))
            text = text[1..];
        var documents = new List<YamlDocument>();
        foreach (var (part, firstLine) in Split(text))
        {
            if (documents.Count == YamlLimits.MaxDocuments)
            {
                documents.Add(
                    new YamlDocument(null, firstLine, $"the file has more than {YamlLimits.MaxDocuments} documents")
                );
                break;
            }
            documents.Add(AsJson(part, firstLine) ?? YamlReader.Read(part, firstLine));
        }
        return documents;
    }

    /// <summary>The document that this line belongs to, with the number of its first line.</summary>
    internal static (string Part, int FirstLine) PartAt(string text, int line)
    {
        if (text.StartsWith('\uFEFF'))
            text = text[1..];
        var found = ("", 1);
        foreach (var part in Split(text))
        {
            if (part.FirstLine > line)
                break;
            found = part;
        }
        return found;
    }

    /// <summary>Most dumps are JSON, which is read ten times faster as such; null when it is not quite JSON.</summary>
    private static YamlDocument? AsJson(string part, int firstLine)
    {
        var start = part.AsSpan().TrimStart();
        if (start.IsEmpty || start[0] != '{')
            return null;
        try
        {
            var blankLines = part.AsSpan(0, part.Length - start.Length).Count('\n');
            return new YamlDocument(
                ApiJson.ParseNode(Encoding.UTF8.GetBytes(part), YamlLimits.MaxDepth),
                firstLine + blankLines,
                null
            );
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The text between lines that start with <c>---</c>, each with the number of its first line.</summary>
    private static IEnumerable<(string Part, int FirstLine)> Split(string text)
    {
        int start = 0,
            firstLine = 1,
            line = 1;
        for (var at = 0; at < text.Length; line++)
        {
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            if (at > start && IsSeparator(text.AsSpan(at, next - at)))
            {
                if (HasContent(text.AsSpan(start, at - start)))
                    yield return (text[start..at], firstLine);
                (start, firstLine) = (at, line);
            }
            at = next;
        }
        if (HasContent(text.AsSpan(start)))
            yield return (text[start..], firstLine);
    }

    private static bool IsSeparator(ReadOnlySpan<char> line) =>
        line.StartsWith("---") && (line.Length == 3 || char.IsWhiteSpace(line[3]));

    /// <summary>False for what holds only separators, comments, directives and blanks.</summary>
    private static bool HasContent(ReadOnlySpan<char> part)
    {
        foreach (var line in part.EnumerateLines())
        {
            var trimmed = line.Trim();
            if (IsSeparator(trimmed))
                trimmed = trimmed[3..].TrimStart();
            if (!trimmed.IsEmpty && trimmed[0] is not ('#' or '%') && trimmed is not "...")
                return true;
        }
        return false;
    }
}
