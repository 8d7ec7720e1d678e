using Tenon.Api.Core;

namespace Tenon.Scheduling.Topology;

/// <summary>
/// A label selector made ready to match many label sets. An absent selector and one that cannot be understood match
/// nothing; an empty one matches everything.
/// </summary>
internal sealed class PodSelector
{
    private readonly List<(string Key, string Operator, string[] Values)> _expressions = [];
    private readonly bool _matchesNothing;

    private PodSelector(LabelSelector? selector, IEnumerable<LabelSelectorRequirement> more)
    {
        if (selector is null)
        {
            _matchesNothing = true;
            Identity = "none";
            return;
        }
        foreach (var (key, value) in selector.MatchLabels)
            _expressions.Add((key, "In", [value]));
        foreach (var it in selector.MatchExpressions.Concat(more))
        {
            _matchesNothing |= !IsUnderstood(it);
            _expressions.Add((it.Key, it.Operator, [.. it.Values.Distinct().Order(StringComparer.Ordinal)]));
        }
        Identity = string.Join(
            '\n',
            _expressions
                .Select(it => $"{it.Key}\t{it.Operator}\t{string.Join('\t', it.Values)}")
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
    }

    /// <summary>Equal for selectors that say the same.</summary>
    public string Identity { get; }

    /// <summary>A label that everything matched carries, if the selector asks for one: a way into an index.</summary>
    public (string Key, string Value)? Anchor =>
        _expressions.Find(it => it is { Operator: "In", Values.Length: 1 }) is { Key: { } key } found
            ? (key, found.Values[0])
            : null;

    /// <param name="selector">As written.</param>
    /// <param name="pod">Whose own values the match label keys take.</param>
    /// <param name="same">Keys on which the pod's own value must match.</param>
    /// <param name="other">Keys on which it must not.</param>
    public static PodSelector Of(
        LabelSelector? selector,
        Pod pod,
        IReadOnlyList<string> same,
        IReadOnlyList<string> other
    )
    {
        var more = new List<LabelSelectorRequirement>();
        foreach (var key in same)
            if (pod.Metadata.Labels.TryGetValue(key, out var value))
                more.Add(
                    new()
                    {
                        Key = key,
                        Operator = "In",
                        Values = [value],
                    }
                );
        foreach (var key in other)
            if (pod.Metadata.Labels.TryGetValue(key, out var value))
                more.Add(
                    new()
                    {
                        Key = key,
                        Operator = "NotIn",
                        Values = [value],
                    }
                );
        return new(selector, more);
    }

    public static PodSelector Of(LabelSelector? selector) => new(selector, []);

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        if (_matchesNothing)
            return false;
        foreach (var (key, @operator, values) in _expressions)
        {
            var has = labels.TryGetValue(key, out var value);
            var holds = @operator switch
            {
                "In" => has && values.Contains(value),
                "NotIn" => !has || !values.Contains(value),
                "Exists" => has,
                _ => !has,
            };
            if (!holds)
                return false;
        }
        return true;
    }

    private static bool IsUnderstood(LabelSelectorRequirement it) =>
        it.Operator switch
        {
            "In" or "NotIn" => it.Values.Count > 0,
            "Exists" or "DoesNotExist" => it.Values.Count == 0,
            _ => false,
        };
}
