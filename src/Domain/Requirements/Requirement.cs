using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tenon.Api.Names;
using Tenon.Foundation.Hashing;

namespace Tenon.Domain.Requirements;

/// <summary>
/// What the value of one label may be: a finite set, or the complement of one, within optional inclusive integer
/// bounds. Immutable; equal requirements compare equal. Keys are normalised on construction (deprecated spellings
/// become current).
/// </summary>
public sealed class Requirement : IEquatable<Requirement>
{
    private const int RenderedValues = 5;

    private Requirement(
        string key,
        bool complement,
        ImmutableArray<string> values,
        long? gte,
        long? lte,
        int? minValues
    )
    {
        Key = key;
        IsComplement = complement;
        Values = values;
        AtLeast = gte;
        AtMost = lte;
        MinValues = minValues;
    }

    public string Key { get; }

    /// <summary>True when <see cref="Values"/> are the excluded ones.</summary>
    public bool IsComplement { get; }

    /// <summary>Allowed values, or excluded ones for a complement; ordinal order, no duplicates.</summary>
    public ImmutableArray<string> Values { get; }

    /// <summary>Inclusive lower bound; values that are no integers fall outside any bound.</summary>
    public long? AtLeast { get; }

    /// <summary>Inclusive upper bound.</summary>
    public long? AtMost { get; }

    /// <summary>How many distinct values the instance types of a claim must offer for this key.</summary>
    public int? MinValues { get; }

    public Operator Operator =>
        (IsComplement, Values.IsEmpty) switch
        {
            (true, false) => Operator.NotIn,
            (true, true) => Operator.Exists,
            (false, false) => Operator.In,
            (false, true) => Operator.DoesNotExist,
        };

    /// <summary>NotIn and DoesNotExist: a node without the label satisfies them.</summary>
    public bool ToleratesAbsence => Operator is Operator.NotIn or Operator.DoesNotExist;

    /// <summary>The number of allowed values; for a complement, counted down from the largest integer.</summary>
    public long Length => IsComplement ? long.MaxValue - Values.Length : Values.Length;

    public static Requirement In(string key, params IEnumerable<string> values) => Build(key, false, values);

    public static Requirement NotIn(string key, params IEnumerable<string> values) => Build(key, true, values);

    public static Requirement Exists(string key) => Build(key, true, []);

    public static Requirement DoesNotExist(string key) => Build(key, false, []);

    /// <summary>Greater than the largest integer matches nothing.</summary>
    public static Requirement Gt(string key, long bound) =>
        bound == long.MaxValue ? DoesNotExist(key) : Gte(key, bound + 1);

    public static Requirement Lt(string key, long bound) =>
        bound == long.MinValue ? DoesNotExist(key) : Lte(key, bound - 1);

    public static Requirement Gte(string key, long bound) =>
        new(WellKnownLabels.Normalize(key), true, [], bound, null, null);

    public static Requirement Lte(string key, long bound) =>
        new(WellKnownLabels.Normalize(key), true, [], null, bound, null);

    /// <summary>
    /// From the wire. The operator and the values were validated before: an unknown operator means Exists here, and a
    /// bound that is no integer counts as zero, as upstream reads it.
    /// </summary>
    public static Requirement From(string key, string @operator, IReadOnlyList<string> values, int? minValues = null)
    {
        var bound = values.Count > 0 && TryInteger(values[0], out var number) ? number : 0;
        var built = @operator switch
        {
            "In" => In(key, values),
            "NotIn" => NotIn(key, values),
            "DoesNotExist" => DoesNotExist(key),
            "Gt" => Gt(key, bound),
            "Lt" => Lt(key, bound),
            "Gte" => Gte(key, bound),
            "Lte" => Lte(key, bound),
            _ => Exists(key),
        };
        var overflowed = @operator is "Gt" or "Lt" && !built.IsComplement;
        return overflowed ? built : built.WithMinValues(minValues);
    }

    public Requirement WithMinValues(int? minValues) =>
        minValues == MinValues ? this : new(Key, IsComplement, Values, AtLeast, AtMost, minValues);

    public bool Has(string value) => Contains(value) != IsComplement && WithinBounds(value);

    /// <summary>
    /// Both at once. Bounds survive only between two complements; a finite set is filtered by them instead.
    /// </summary>
    public Requirement Intersect(Requirement other)
    {
        var complement = IsComplement && other.IsComplement;
        var gte = AtLeast > other.AtLeast || other.AtLeast is null ? AtLeast : other.AtLeast;
        var lte = AtMost < other.AtMost || other.AtMost is null ? AtMost : other.AtMost;
        var minValues = MinValues > other.MinValues || other.MinValues is null ? MinValues : other.MinValues;
        if (gte > lte)
            return new(Key, false, [], null, null, minValues);
        var kept = ImmutableArray.CreateBuilder<string>();
        foreach (var value in Combine(other))
            if (Within(value, gte, lte))
                kept.Add(value);
        return new(Key, complement, kept.ToImmutable(), complement ? gte : null, complement ? lte : null, minValues);
    }

    /// <summary>
    /// Whether both can hold at once. Two complements always can unless their bounds contradict each other, even when
    /// every integer inside the bounds is excluded: upstream's answer, and the cheap one.
    /// </summary>
    public bool Overlaps(Requirement other)
    {
        var gte = AtLeast > other.AtLeast || other.AtLeast is null ? AtLeast : other.AtLeast;
        var lte = AtMost < other.AtMost || other.AtMost is null ? AtMost : other.AtMost;
        if (gte > lte)
            return false;
        if (IsComplement && other.IsComplement)
            return true;
        var (finite, rest) = IsComplement ? (other, this) : (this, other);
        foreach (var value in finite.Values)
            if (rest.Contains(value) != rest.IsComplement && Within(value, gte, lte))
                return true;
        return false;
    }

    /// <summary>
    /// One allowed value: the first listed, or for a complement the smallest non-negative integer that is within bounds
    /// and not excluded (upstream draws it at random; we want the same claim twice). Empty when nothing is allowed.
    /// </summary>
    public string AnyValue()
    {
        if (!IsComplement)
            return Values.IsEmpty ? "" : Values[0];
        for (var candidate = Math.Max(AtLeast ?? 0, 0); candidate <= (AtMost ?? long.MaxValue); candidate++)
        {
            var text = candidate.ToString(CultureInfo.InvariantCulture);
            if (!Contains(text))
                return text;
            if (candidate == long.MaxValue)
                break;
        }
        return "";
    }

    /// <summary>
    /// <c>key Op [v1 v2 …]</c>, at most five values, then bounds and minValues: the text users see in events.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder(Key).Append(' ').Append(Operator);
        if (!Values.IsEmpty)
        {
            text.Append(" [").AppendJoin(' ', Values.Take(RenderedValues));
            if (Values.Length > RenderedValues)
                text.Append(CultureInfo.InvariantCulture, $" and {Values.Length - RenderedValues} others");
            text.Append(']');
        }
        if (AtLeast is { } gte)
            text.Append(CultureInfo.InvariantCulture, $" >={gte}");
        if (AtMost is { } lte)
            text.Append(CultureInfo.InvariantCulture, $" <={lte}");
        if (MinValues is { } min)
            text.Append(CultureInfo.InvariantCulture, $" minValues {min}");
        return text.ToString();
    }

    public bool Equals(Requirement? other) =>
        other is not null
        && Key == other.Key
        && IsComplement == other.IsComplement
        && AtLeast == other.AtLeast
        && AtMost == other.AtMost
        && MinValues == other.MinValues
        && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Requirement);

    public override int GetHashCode()
    {
        var hash = StableHash.Of(Key, StableHash.Seed ^ (IsComplement ? 1UL : 0));
        foreach (var value in Values)
            hash = StableHash.Of(value, hash);
        hash ^= unchecked((ulong)(AtLeast ?? 0) ^ ((ulong)(AtMost ?? 0) << 1) ^ ((ulong)(MinValues ?? 0) << 2));
        return unchecked((int)(hash ^ (hash >> 32)));
    }

    /// <summary>A 64-bit decimal integer with optional sign and leading zeros, and nothing around it.</summary>
    internal static bool TryInteger(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static Requirement Build(string key, bool complement, IEnumerable<string> values) =>
        new(
            WellKnownLabels.Normalize(key),
            complement,
            [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            null,
            null,
            null
        );

    private static bool Within(string value, long? gte, long? lte)
    {
        if (gte is null && lte is null)
            return true;
        return TryInteger(value, out var number) && !(number < gte) && !(number > lte);
    }

    private bool WithinBounds(string value) => Within(value, AtLeast, AtMost);

    private bool Contains(string value) => Values.AsSpan().BinarySearch(value, StringComparer.Ordinal) >= 0;

    private IEnumerable<string> Combine(Requirement other) =>
        (IsComplement, other.IsComplement) switch
        {
            (true, true) => Values.Union(other.Values, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            (true, false) => other.Values.Where(value => !Contains(value)),
            (false, true) => Values.Where(value => !other.Contains(value)),
            (false, false) => Values.Where(other.Contains),
        };
}
