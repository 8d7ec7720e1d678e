using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Api.Selectors;

/// <summary>A selector over fields, as <c>metadata.name=a,spec.nodeName!=b</c>.</summary>
public sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    /// <summary>Fields that are false when they are absent; every other absent field reads as the empty text.</summary>
    private static readonly string[] Flags = ["spec.unschedulable", "spec.hostNetwork"];

    private FieldSelector(ImmutableArray<FieldTerm> terms) => Terms = terms;

    public ImmutableArray<FieldTerm> Terms { get; }

    /// <param name="error">What is wrong with the text, in one line; null when it was read.</param>
    public static FieldSelector? Parse(string? text, out string? error)
    {
        error = null;
        if (string.IsNullOrWhiteSpace(text))
            return Everything;
        var terms = ImmutableArray.CreateBuilder<FieldTerm>();
        foreach (var part in Split(text))
        {
            if (part.Length == 0)
                continue;
            if (ReadTerm(part) is { } term)
                terms.Add(term);
            else
            {
                error = $"invalid selector: '{text}'; can't understand '{part}'";
                return null;
            }
        }
        return new FieldSelector(terms.ToImmutable());
    }

    public bool Matches(JsonNode? value)
    {
        foreach (var term in Terms)
            if (string.Equals(Read(value, term.Path), term.Value, StringComparison.Ordinal) != term.Equal)
                return false;
        return true;
    }

    public override string ToString() => string.Join(',', Terms);

    private static string Read(JsonNode? value, string path)
    {
        foreach (var name in path.Split('.'))
            value = (value as JsonObject)?[name];
        if (value is JsonValue leaf)
            return leaf.GetValueKind() == JsonValueKind.String ? leaf.GetValue<string>() : leaf.ToJsonString();
        return Array.IndexOf(Flags, path) >= 0 ? "false" : "";
    }

    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
        yield return text[start..];
    }

    private static FieldTerm? ReadTerm(string part)
    {
        for (var i = 0; i < part.Length; i++)
        {
            var rest = part.AsSpan(i);
            var length =
                rest.StartsWith("!=") || rest.StartsWith("==") ? 2
                : rest.StartsWith("=") ? 1
                : 0;
            if (length == 0)
                continue;
            return Unescape(part[(i + length)..]) is { } value && i > 0
                ? new FieldTerm(part[..i].Trim(), value, Equal: part[i] == '=')
                : null;
        }
        return null;
    }

    /// <summary>Null when a backslash hides anything but a comma, an equals sign or a backslash.</summary>
    private static string? Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text.Contains('=', StringComparison.Ordinal) ? null : text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
                return null;
            if (text[i] == '\\' && (++i == text.Length || text[i] is not ('\\' or ',' or '=')))
                return null;
            plain.Append(text[i]);
        }
        return plain.ToString();
    }
}

public sealed record FieldTerm(string Path, string Value, bool Equal)
{
    public override string ToString() => $"{Path}{(Equal ? "=" : "!=")}{Escaped(Value)}";

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
            (c is '\\' or ',' or '=' ? escaped.Append('\\') : escaped).Append(c);
        return escaped.ToString();
    }
}
