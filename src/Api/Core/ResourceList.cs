using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Tenon.Api.Json;
using Tenon.Foundation.Hashing;

namespace Tenon.Api.Core;

/// <summary>
/// Amounts by resource name: immutable, in ordinal order of the names. A name that is absent counts as zero in
/// arithmetic; a name that is present with zero stays present.
/// </summary>
[JsonConverter(typeof(ResourceListConverter))]
public sealed class ResourceList : IReadOnlyDictionary<string, Quantity>, IEquatable<ResourceList>
{
    public static readonly ResourceList Empty = new([], []);

    private readonly string[] _names;
    private readonly Quantity[] _amounts;

    private ResourceList(string[] names, Quantity[] amounts)
    {
        _names = names;
        _amounts = amounts;
    }

    public int Count => _names.Length;
    public IEnumerable<string> Keys => _names;
    public IEnumerable<Quantity> Values => _amounts;

    /// <summary>The amount under a name that is there; see <see cref="Of"/> for zero when it is not.</summary>
    public Quantity this[string key] =>
        Find(key) is >= 0 and var at ? _amounts[at] : throw new KeyNotFoundException(key);

    /// <summary>The last amount given for a name wins.</summary>
    public static ResourceList From(IEnumerable<KeyValuePair<string, Quantity>> amounts)
    {
        var sorted = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, amount) in amounts)
            sorted[name] = amount;
        return sorted.Count == 0 ? Empty : new([.. sorted.Keys], [.. sorted.Values]);
    }

    public static ResourceList Create(params ReadOnlySpan<(string Name, Quantity Amount)> amounts)
    {
        var sorted = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, amount) in amounts)
            sorted[name] = amount;
        return sorted.Count == 0 ? Empty : new([.. sorted.Keys], [.. sorted.Values]);
    }

    /// <exception cref="FormatException">One of the texts is not a quantity.</exception>
    public static ResourceList Parse(params ReadOnlySpan<(string Name, string Amount)> amounts)
    {
        var sorted = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, amount) in amounts)
            sorted[name] = Quantity.Parse(amount);
        return sorted.Count == 0 ? Empty : new([.. sorted.Keys], [.. sorted.Values]);
    }

    /// <summary>The amount under a name, zero when absent.</summary>
    public Quantity Of(string name) => Find(name) is >= 0 and var at ? _amounts[at] : Quantity.Zero;

    public bool ContainsKey(string key) => Find(key) >= 0;

    public bool TryGetValue(string key, out Quantity value)
    {
        var at = Find(key);
        value = at >= 0 ? _amounts[at] : Quantity.Zero;
        return at >= 0;
    }

    public ResourceList With(string name, Quantity amount)
    {
        var at = Find(name);
        if (at < 0)
            return Union(this, new ResourceList([name], [amount]), static (_, b) => b);
        var amounts = (Quantity[])_amounts.Clone();
        amounts[at] = amount;
        return new ResourceList(_names, amounts);
    }

    public ResourceList Without(string name) =>
        Find(name) < 0 ? this : From(this.Where(pair => !string.Equals(pair.Key, name, StringComparison.Ordinal)));

    /// <summary>The sum, over the names of both.</summary>
    public static ResourceList operator +(ResourceList a, ResourceList b) =>
        b.Count == 0 ? a
        : a.Count == 0 ? b
        : Union(a, b, static (x, y) => x + y);

    /// <summary>The difference, over the names of the left side only; it may go below zero.</summary>
    public static ResourceList operator -(ResourceList a, ResourceList b)
    {
        if (a.Count == 0 || b.Count == 0)
            return a;
        var amounts = new Quantity[a.Count];
        for (var i = 0; i < amounts.Length; i++)
            amounts[i] = a._amounts[i] - b.Of(a._names[i]);
        return new ResourceList(a._names, amounts);
    }

    public static ResourceList operator *(ResourceList a, long count) =>
        new(a._names, Array.ConvertAll(a._amounts, amount => amount * count));

    /// <summary>The larger of the two for each name; a name in one only keeps its amount.</summary>
    public static ResourceList Max(ResourceList a, ResourceList b) =>
        b.Count == 0 ? a
        : a.Count == 0 ? b
        : Union(a, b, Quantity.Max);

    /// <summary>
    /// Every amount here is at most the one in <paramref name="available"/>. Nothing fits while any available amount is
    /// negative, as upstream's resource comparison has it.
    /// </summary>
    public bool Fits(ResourceList available)
    {
        foreach (var amount in available._amounts)
            if (amount.Sign < 0)
                return false;
        for (var i = 0; i < _names.Length; i++)
            if (_amounts[i] > available.Of(_names[i]))
                return false;
        return true;
    }

    public bool Equals(ResourceList? other) =>
        other is not null
        && _names.AsSpan().SequenceEqual(other._names)
        && _amounts.AsSpan().SequenceEqual(other._amounts);

    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as ResourceList);

    public override int GetHashCode()
    {
        var hash = StableHash.Seed;
        for (var i = 0; i < _names.Length; i++)
            hash = StableHash.Of(_names[i], hash) ^ unchecked((uint)_amounts[i].GetHashCode());
        return unchecked((int)hash);
    }

    public IEnumerator<KeyValuePair<string, Quantity>> GetEnumerator()
    {
        for (var i = 0; i < _names.Length; i++)
            yield return new(_names[i], _amounts[i]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{{{string.Join(", ", this.Select(pair => $"{pair.Key}: {pair.Value}"))}}}";

    private int Find(string name)
    {
        for (var i = 0; i < _names.Length; i++)
            if (string.Equals(_names[i], name, StringComparison.Ordinal))
                return i;
        return -1;
    }

    private static ResourceList Union(ResourceList a, ResourceList b, Func<Quantity, Quantity, Quantity> both)
    {
        var names = new List<string>(a.Count + b.Count);
        var amounts = new List<Quantity>(a.Count + b.Count);
        int i = 0,
            j = 0;
        while (i < a.Count || j < b.Count)
        {
            var order =
                i == a.Count ? 1
                : j == b.Count ? -1
                : string.CompareOrdinal(a._names[i], b._names[j]);
            names.Add(order <= 0 ? a._names[i] : b._names[j]);
            amounts.Add(
                order < 0 ? a._amounts[i]
                : order > 0 ? b._amounts[j]
                : both(a._amounts[i], b._amounts[j])
            );
            if (order <= 0)
                i++;
            if (order >= 0)
                j++;
        }
        return new ResourceList([.. names], [.. amounts]);
    }
}
