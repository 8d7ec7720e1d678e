using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>Objects filed under the values that a function reads off them.</summary>
internal sealed class StoreIndex<T> where T : class, IKubeObject<T>
{
    private static readonly ImmutableSortedDictionary<ObjectKey, T> NoItems = ImmutableSortedDictionary<ObjectKey, T>.Empty;
    private readonly Func<T, IEnumerable<string>> _values;
    private readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<ObjectKey, T>> _buckets;

    public StoreIndex(Func<T, IEnumerable<string>> values)
        : this(values, ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<ObjectKey, T>>(StringComparer.Ordinal)) { }

    private StoreIndex(Func<T, IEnumerable<string>> values,
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<ObjectKey, T>> buckets) =>
        (_values, _buckets) = (values, buckets);

    public IEnumerable<T> Of(string value) => _buckets.GetValueOrDefault(value, NoItems).Values;

    public StoreIndex<T> With(ObjectKey key, T? old, T? now)
    {
        var buckets = _buckets;
        if (old is not null)
            foreach (var value in _values(old).Distinct(StringComparer.Ordinal))
            {
                var left = buckets.GetValueOrDefault(value, NoItems).Remove(key);
                buckets = left.IsEmpty ? buckets.Remove(value) : buckets.SetItem(value, left);
            }
        if (now is not null)
            foreach (var value in _values(now).Distinct(StringComparer.Ordinal))
                buckets = buckets.SetItem(value, buckets.GetValueOrDefault(value, NoItems).SetItem(key, now));
        return new StoreIndex<T>(_values, buckets);
    }

    public StoreIndex<T> Rebuild(ImmutableSortedDictionary<ObjectKey, T> all)
    {
        var buckets = new SortedDictionary<string, ImmutableSortedDictionary<ObjectKey, T>.Builder>(StringComparer.Ordinal);
        foreach (var (key, item) in all)
            foreach (var value in _values(item))
            {
                if (!buckets.TryGetValue(value, out var bucket)) buckets[value] = bucket = NoItems.ToBuilder();
                bucket[key] = item;
            }
        return new StoreIndex<T>(_values, buckets.ToImmutableSortedDictionary(
            pair => pair.Key, pair => pair.Value.ToImmutable(), StringComparer.Ordinal));
    }
}
