using System.Collections.Frozen;
using System.Collections.Immutable;
using Tenon.Api.Names;

namespace Tenon.Domain.Requirements;

/// <summary>
/// An immutable set of label keys, listed in ordinal order. Its main member is the well-known set: the labels a machine
/// that does not exist yet may turn out to carry, so that a requirement on them is not refused for being undefined.
/// </summary>
public sealed class LabelSet
{
    public static readonly LabelSet None = new([]);

    /// <summary>
    /// The labels every provider knows. Providers add theirs with <see cref="With"/> when they are composed.
    /// </summary>
    public static readonly LabelSet WellKnown = new(WellKnownLabels.Core);

    private readonly FrozenSet<string> _members;

    private LabelSet(IEnumerable<string> keys)
    {
        Keys = [.. keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        _members = Keys.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>In ordinal order.</summary>
    public ImmutableArray<string> Keys { get; }

    public bool Contains(string key) => _members.Contains(key);

    public LabelSet With(params IEnumerable<string> keys) => new(Keys.Concat(keys));
}
