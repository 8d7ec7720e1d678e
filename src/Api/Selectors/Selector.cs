using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Names;

namespace Tenon.Api.Selectors;

/// <summary>
/// A label selector ready for use: all terms must hold. Built from an object's selector or from kubectl's text form.
/// </summary>
public sealed class Selector
{
    public static readonly Selector Everything = new([], matchesNothing: false);
    public static readonly Selector Nothing = new([], matchesNothing: true);

    private readonly bool _matchesNothing;

    private Selector(ImmutableArray<SelectorTerm> terms, bool matchesNothing)
    {
        Terms = terms;
        _matchesNothing = matchesNothing;
    }

    public ImmutableArray<SelectorTerm> Terms { get; }

    public bool IsEverything => Terms.IsEmpty && !_matchesNothing;

    /// <summary>
    /// Absent selects nothing, empty selects everything. An operator that does not exist selects nothing.
    /// </summary>
    public static Selector From(LabelSelector? selector)
    {
        if (selector is null)
            return Nothing;
        if (selector.MatchLabels.Count == 0 && selector.MatchExpressions.Count == 0)
            return Everything;
        var terms = ImmutableArray.CreateBuilder<SelectorTerm>(
            selector.MatchLabels.Count + selector.MatchExpressions.Count
        );
        foreach (var (key, value) in selector.MatchLabels)
            terms.Add(new SelectorTerm(key, Operators.In, [value]));
        foreach (var expression in selector.MatchExpressions)
        {
            if (
                expression.Operator
                is not (Operators.In or Operators.NotIn or Operators.Exists or Operators.DoesNotExist)
            )
                return Nothing;
            terms.Add(new SelectorTerm(expression.Key, expression.Operator, [.. expression.Values]));
        }
        return new Selector(terms.ToImmutable(), matchesNothing: false);
    }

    /// <summary>
    /// Labels that must all be there with these values, as <c>spec.selector</c> of services and replication
    /// controllers.
    /// </summary>
    public static Selector FromMap(IReadOnlyDictionary<string, string> labels) =>
        new([.. labels.Select(pair => new SelectorTerm(pair.Key, Operators.In, [pair.Value]))], matchesNothing: false);

    public static Selector FromTerms(IEnumerable<SelectorTerm> terms) => new([.. terms], matchesNothing: false);

    /// <summary>Reads <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;5</c>. Blank selects everything.</summary>
    /// <param name="error">What is wrong with the text, in one line; null when it was read.</param>
    public static Selector? Parse(string? text, out string? error)
    {
        error = null;
        if (string.IsNullOrWhiteSpace(text))
            return Everything;
        var terms = new SelectorReader(text).Read(out error);
        return error is null ? new Selector(terms, matchesNothing: false) : null;
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        if (_matchesNothing)
            return false;
        foreach (var term in Terms)
            if (!term.Matches(labels))
                return false;
        return true;
    }

    public override string ToString() => _matchesNothing ? "<nothing>" : string.Join(',', Terms);
}

/// <param name="Operator">One of <see cref="Operators"/>; <c>Gt</c> and <c>Lt</c> compare whole numbers.</param>
public sealed record SelectorTerm(string Key, string Operator, ImmutableArray<string> Values)
{
    /// <summary><c>NotIn</c> and <c>DoesNotExist</c> hold when the label is absent; nothing else does.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            Operators.In => present && Has(value!),
            Operators.NotIn => !present || !Has(value!),
            Operators.Exists => present,
            Operators.DoesNotExist => !present,
            Operators.Gt => present && Compare(value!) > 0,
            Operators.Lt => present && Compare(value!) < 0,
            _ => false,
        };
    }

    public override string ToString() =>
        Operator switch
        {
            Operators.In when Values.Length == 1 => $"{Key}={Values[0]}",
            Operators.NotIn when Values.Length == 1 => $"{Key}!={Values[0]}",
            Operators.In => $"{Key} in ({string.Join(',', Values)})",
            Operators.NotIn => $"{Key} notin ({string.Join(',', Values)})",
            Operators.DoesNotExist => $"!{Key}",
            Operators.Gt => $"{Key}>{Values[0]}",
            Operators.Lt => $"{Key}<{Values[0]}",
            _ => Key,
        };

    private bool Has(string value)
    {
        foreach (var candidate in Values)
            if (string.Equals(candidate, value, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>Zero, which satisfies neither bound, when either side is not a whole number.</summary>
    private int Compare(string value) =>
        Values.Length == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}
