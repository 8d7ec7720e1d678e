using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>A label selector, from its query text or from the object form, matched against sorted pairs.</summary>
internal sealed class LabelQuery
{
    public static readonly LabelQuery Everything = new([]);
    private readonly List<Requirement> _requirements;

    private LabelQuery(List<Requirement> requirements) => _requirements = requirements;

    public bool IsEmpty => _requirements.Count == 0;

    public bool Matches(ReadOnlySpan<KeyValuePair<string, string>> labels)
    {
        foreach (var requirement in _requirements)
            if (!requirement.Holds(labels)) return false;
        return true;
    }

    /// <summary>The <c>matchLabels</c>/<c>matchExpressions</c> form; an empty selector matches everything, a missing one nothing.</summary>
    public static LabelQuery? FromObject(JsonObject? selector)
    {
        if (selector is null) return null;
        var requirements = new List<Requirement>();
        if (selector["matchLabels"] is JsonObject pairs)
            foreach (var (key, value) in pairs) requirements.Add(new(key, Operator.In, [Meta.Show(value)]));
        foreach (var expression in (selector["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var values = Meta.Strings(expression["values"]).ToArray();
            requirements.Add(new(Meta.Text(expression, "key"), Meta.Text(expression, "operator") switch
            {
                "In" => Operator.In, "NotIn" => Operator.NotIn, "Exists" => Operator.Exists, _ => Operator.Absent,
            }, values));
        }
        return new LabelQuery(requirements);
    }

    /// <summary>Also the plain map form that Services and ReplicationControllers use.</summary>
    public static LabelQuery FromMap(JsonObject pairs) =>
        new([.. pairs.Select(pair => new Requirement(pair.Key, Operator.In, [Meta.Show(pair.Value)]))]);

    public static LabelQuery Parse(string text)
    {
        if (text.Length == 0) return Everything;
        var requirements = new List<Requirement>();
        foreach (var part in SplitOutsideParentheses(text))
            if (part.Length > 0) requirements.Add(ParseOne(part));
        return new LabelQuery(requirements);
    }

    private static Requirement ParseOne(string part)
    {
        if (part[0] == '!') return new(Key(part[1..].Trim(), part), Operator.Absent, []);
        foreach (var (word, meaning) in new[] { (" notin ", Operator.NotIn), (" in ", Operator.In) })
        {
            var spaced = part.Replace("(", " (", StringComparison.Ordinal);
            var at = spaced.IndexOf(word, StringComparison.Ordinal);
            if (at < 0) continue;
            var list = spaced[(at + word.Length)..].Trim();
            if (list.Length < 2 || list[0] != '(' || list[^1] != ')') throw Unparsable(part, "expected '('");
            return new(Key(spaced[..at].Trim(), part), meaning, [.. list[1..^1].Split(',').Select(value => value.Trim())]);
        }
        foreach (var (word, meaning) in new[]
                 { ("!=", Operator.NotIn), ("==", Operator.In), ("=", Operator.In), (">", Operator.Above), ("<", Operator.Below) })
        {
            var at = part.IndexOf(word, StringComparison.Ordinal);
            if (at >= 0) return new(Key(part[..at].Trim(), part), meaning, [part[(at + word.Length)..].Trim()]);
        }
        return new(Key(part, part), Operator.Exists, []);
    }

    private static string Key(string key, string part) =>
        key.Length > 0 && !key.AsSpan().ContainsAny(" ()!,") ? key : throw Unparsable(part, "found '" + part + "', expected: identifier");

    private static ApiError Unparsable(string part, string why) =>
        ApiError.BadRequest($"unable to parse requirement: {why} in \"{part}\"");

    private static IEnumerable<string> SplitOutsideParentheses(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            else if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }
        yield return text[start..].Trim();
    }

    private enum Operator { In, NotIn, Exists, Absent, Above, Below }

    private sealed record Requirement(string Key, Operator Operator, string[] Values)
    {
        public bool Holds(ReadOnlySpan<KeyValuePair<string, string>> labels)
        {
            string? actual = null;
            foreach (ref readonly var label in labels)
                if (label.Key == Key) { actual = label.Value; break; }
            return Operator switch
            {
                Operator.In => actual is not null && Array.IndexOf(Values, actual) >= 0,
                Operator.NotIn => actual is null || Array.IndexOf(Values, actual) < 0,
                Operator.Exists => actual is not null,
                Operator.Absent => actual is null,
                _ => actual is not null && long.TryParse(actual, CultureInfo.InvariantCulture, out var number)
                    && long.TryParse(Values[0], CultureInfo.InvariantCulture, out var bound)
                    && (Operator == Operator.Above ? number > bound : number < bound),
            };
        }
    }
}
