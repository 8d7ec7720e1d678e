using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>Objects filed under the values that a function reads off them.</summary>
internal sealed class StoreIndex<T>
    where T : class, IKubeObject<T>
{
    private readonly Func<T, IEnumerable<string>> _values;
    private readonly ImmutableSortedDictionary<string, SortedChunks<T>> _buckets;

    public StoreIndex(Func<T, IEnumerable<string>> values)
        : this(values, ImmutableSortedDictionary.Create<string, SortedChunks<T>>(StringComparer.Ordinal)) { }

    private StoreIndex(
        Func<T, IEnumerable<string>> values,
        ImmutableSortedDictionary<string, SortedChunks<T>> buckets
    ) => (_values, _buckets) = (values, buckets);

    public IReadOnlyCollection<T> Of(string value) => _buckets.GetValueOrDefault(value, SortedChunks<T>.Empty);

    public StoreIndex<T> With(ObjectKey key, T? old, T? now)
    {
        var buckets = _buckets;
        if (old is not null)
            foreach (var value in _values(old).Distinct(StringComparer.Ordinal))
            {
                var left = Bucket(buckets, value).Remove(key);
                buckets = left.Count == 0 ? buckets.Remove(value) : buckets.SetItem(value, left);
            }
        if (now is not null)
            foreach (var value in _values(now).Distinct(StringComparer.Ordinal))
                buckets = buckets.SetItem(value, Bucket(buckets, value).Set(key, now));
        return new StoreIndex<T>(_values, buckets);
    }

    public StoreIndex<T> Rebuild(SortedChunks<T> all)
    {
        var buckets = new SortedDictionary<string, List<(ObjectKey, T)>>(StringComparer.Ordinal);
        foreach (var (key, item) in all.Pairs)
        foreach (var value in _values(item))
        {
            if (!buckets.TryGetValue(value, out var bucket))
                buckets[value] = bucket = [];
            bucket.Add((key, item));
        }
        return new StoreIndex<T>(
            _values,
            buckets.ToImmutableSortedDictionary(
                pair => pair.Key,
                pair => SortedChunks<T>.From(pair.Value),
                StringComparer.Ordinal
            )
        );
    }

    private static SortedChunks<T> Bucket(ImmutableSortedDictionary<string, SortedChunks<T>> buckets, string value) =>
        buckets.GetValueOrDefault(value, SortedChunks<T>.Empty);
}
