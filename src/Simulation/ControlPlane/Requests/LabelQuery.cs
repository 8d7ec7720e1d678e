using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Api.Names;
using Tenon.Api.Selectors;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>
/// A label selector, from its query text or from an object that is still a tree, matched against sorted pairs.
/// </summary>
internal sealed class LabelQuery(ImmutableArray<SelectorTerm> terms)
{
    public bool IsEmpty => terms.IsEmpty;

    public static LabelQuery Parse(string text) =>
        Selector.Parse(text, out var error) is { } selector
            ? new LabelQuery(selector.Terms)
            : throw ApiError.BadRequest($"unable to parse requirement: {error}");

    /// <summary>
    /// The <c>matchLabels</c>/<c>matchExpressions</c> form; an empty selector matches everything, a missing one
    /// nothing.
    /// </summary>
    public static LabelQuery? FromObject(JsonObject? selector)
    {
        if (selector is null)
            return null;
        var terms = ImmutableArray.CreateBuilder<SelectorTerm>();
        foreach (var (key, value) in selector["matchLabels"] as JsonObject ?? [])
            terms.Add(new(key, Operators.In, [Meta.Show(value)]));
        foreach (var expression in (selector["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
            terms.Add(
                new(
                    Meta.Text(expression, "key"),
                    Meta.Text(expression, "operator"),
                    [.. Meta.Strings(expression["values"])]
                )
            );
        return new LabelQuery(terms.ToImmutable());
    }

    public bool Matches(ReadOnlySpan<KeyValuePair<string, string>> labels)
    {
        foreach (var term in terms)
            if (!Holds(term, labels))
                return false;
        return true;
    }

    private static bool Holds(SelectorTerm term, ReadOnlySpan<KeyValuePair<string, string>> labels)
    {
        string? actual = null;
        foreach (ref readonly var label in labels)
            if (label.Key == term.Key)
                actual = label.Value;
        return term.Operator switch
        {
            Operators.In => actual is not null && term.Values.Contains(actual),
            Operators.NotIn => actual is null || !term.Values.Contains(actual),
            Operators.Exists => actual is not null,
            Operators.DoesNotExist => actual is null,
            _ => long.TryParse(actual, CultureInfo.InvariantCulture, out var number)
                && long.TryParse(term.Values[0], CultureInfo.InvariantCulture, out var bound)
                && (term.Operator == Operators.Gt ? number > bound : number < bound),
        };
    }
}
