using System.Collections;
using System.Collections.Immutable;
using System.Text;
using Tenon.Api.Names;

namespace Tenon.Domain.Requirements;

/// <summary>
/// Requirements by key, one per key, listed in ordinal key order. Immutable: every change gives a new set.
/// </summary>
public sealed class RequirementSet : IReadOnlyCollection<Requirement>, IEquatable<RequirementSet>
{
    public static readonly RequirementSet Empty = new([]);

    private readonly ImmutableArray<Requirement> _byKey;

    private RequirementSet(ImmutableArray<Requirement> byKey) => _byKey = byKey;

    public int Count => _byKey.Length;

    public bool HasMinValues => _byKey.Any(member => member.MinValues is not null);

    public static RequirementSet Of(params IEnumerable<Requirement> members) => Empty.Add(members);

    /// <summary>Each label as <c>In [value]</c>.</summary>
    public static RequirementSet FromLabels(IEnumerable<KeyValuePair<string, string>> labels) =>
        Of(labels.Select(label => Requirement.In(label.Key, label.Value)));

    public bool Has(string key) => IndexOf(key) >= 0;

    /// <summary>The requirement on a key; a key nobody constrained merely may have any value (Exists).</summary>
    public Requirement Of(string key) => IndexOf(key) is var at and >= 0 ? _byKey[at] : Requirement.Exists(key);

    public Requirement? Find(string key) => IndexOf(key) is var at and >= 0 ? _byKey[at] : null;

    /// <summary>Adds each; a key that is there already is intersected.</summary>
    public RequirementSet Add(params IEnumerable<Requirement> members)
    {
        ImmutableArray<Requirement>.Builder? changed = null;
        foreach (var member in members)
        {
            changed ??= _byKey.ToBuilder();
            var at = IndexOf(changed, member.Key);
            if (at >= 0)
                changed[at] = member.Intersect(changed[at]);
            else
                changed.Insert(~at, member);
        }
        return changed is null ? this : new(changed.ToImmutable());
    }

    /// <summary>Puts a requirement in place of the one on its key, without intersecting.</summary>
    public RequirementSet Replace(Requirement member) => Remove(member.Key).Add(member);

    public RequirementSet Remove(string key) => IndexOf(key) is var at and >= 0 ? new(_byKey.RemoveAt(at)) : this;

    /// <summary>
    /// Whether something that satisfies this set can satisfy <paramref name="incoming"/> too. A key that only the
    /// incoming set names must be in <paramref name="allowUndefined"/>, unless its requirement tolerates absence.
    /// </summary>
    /// <returns>Null when compatible, else upstream's words.</returns>
    public string? Compatible(RequirementSet incoming, LabelSet allowUndefined)
    {
        foreach (var member in incoming._byKey)
            if (!allowUndefined.Contains(member.Key) && !member.ToleratesAbsence && !Has(member.Key))
                return $"label \"{member.Key}\" does not have known values{Hint(member.Key, allowUndefined)}";
        return Intersects(incoming);
    }

    public bool IsCompatible(RequirementSet incoming, LabelSet allowUndefined)
    {
        foreach (var member in incoming._byKey)
            if (!allowUndefined.Contains(member.Key) && !member.ToleratesAbsence && !Has(member.Key))
                return false;
        return DoesIntersect(incoming);
    }

    /// <summary>Whether the keys named on both sides can agree; the others do not matter. Null when they can.</summary>
    public string? Intersects(RequirementSet incoming)
    {
        StringBuilder? faults = null;
        foreach (var member in incoming._byKey)
        {
            if (Find(member.Key) is not { } existing || Agree(existing, member))
                continue;
            faults = faults is null ? new() : faults.Append("; ");
            faults.Append("key ").Append(member.Key).Append(", ").Append(member).Append(" not in ").Append(existing);
        }
        return faults?.ToString();
    }

    public bool DoesIntersect(RequirementSet incoming)
    {
        foreach (var member in incoming._byKey)
            if (Find(member.Key) is { } existing && !Agree(existing, member))
                return false;
        return true;
    }

    /// <summary>Upstream's rendering: members sorted, the hostname left out.</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            _byKey
                .Where(member => member.Key != WellKnownLabels.Hostname)
                .Select(member => member.ToString())
                .Order(StringComparer.Ordinal)
        );

    public ImmutableArray<Requirement>.Enumerator GetEnumerator() => _byKey.GetEnumerator();

    IEnumerator<Requirement> IEnumerable<Requirement>.GetEnumerator() =>
        ((IEnumerable<Requirement>)_byKey).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<Requirement>)_byKey).GetEnumerator();

    public bool Equals(RequirementSet? other) =>
        other is not null && _byKey.AsSpan().SequenceEqual(other._byKey.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as RequirementSet);

    public override int GetHashCode()
    {
        var hash = 17;
        foreach (var member in _byKey)
            hash = unchecked((hash * 31) + member.GetHashCode());
        return hash;
    }

    /// <summary>
    /// Two requirements that both tolerate absence always agree: a node without the label satisfies them.
    /// </summary>
    internal static bool Agree(Requirement existing, Requirement incoming) =>
        (existing.ToleratesAbsence && incoming.ToleratesAbsence) || existing.Overlaps(incoming);

    private int IndexOf(string key)
    {
        int low = 0,
            high = _byKey.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_byKey[middle].Key, key);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }

    private static int IndexOf(ImmutableArray<Requirement>.Builder members, string key)
    {
        for (var at = 0; at < members.Count; at++)
        {
            var order = string.CompareOrdinal(members[at].Key, key);
            if (order == 0)
                return at;
            if (order > 0)
                return ~at;
        }
        return ~members.Count;
    }

    private string Hint(string key, LabelSet allowUndefined)
    {
        var suffix = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
        foreach (var known in allowUndefined.Keys.Concat(_byKey.Select(member => member.Key)))
            if (known.Contains(key, StringComparison.Ordinal) || known.EndsWith(suffix, StringComparison.Ordinal))
                return $" (typo of \"{known}\"?)";
        return "";
    }
}
