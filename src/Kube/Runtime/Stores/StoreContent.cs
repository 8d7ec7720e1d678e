using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>
/// One version of a store: immutable, so that readers need no lock. Sorted, so that its order is the same everywhere.
/// </summary>
internal sealed class StoreContent<T>(
    SortedChunks<T> items,
    ImmutableSortedDictionary<string, StoreIndex<T>> indexes,
    long version
)
    where T : class, IKubeObject<T>
{
    public static readonly StoreContent<T> Empty = new(
        SortedChunks<T>.Empty,
        ImmutableSortedDictionary.Create<string, StoreIndex<T>>(StringComparer.Ordinal),
        0
    );

    public SortedChunks<T> Items { get; } = items;
    public long Version { get; } = version;

    public T? Get(ObjectKey key) => Items.Get(key);

    public IEnumerable<T> ByIndex(string index, string value) =>
        indexes.TryGetValue(index, out var found)
            ? found.Of(value)
            : throw new ArgumentException($"no index {index} on {T.Resource}", nameof(index));

    public bool HasIndex(string name) => indexes.ContainsKey(name);

    public StoreContent<T> With(ObjectKey key, T? old, T? now)
    {
        var changed = now is null ? Items.Remove(key) : Items.Set(key, now);
        return new StoreContent<T>(changed, Reindex(index => index.With(key, old, now)), Version + 1);
    }

    /// <summary>The whole content at once, after a list.</summary>
    public StoreContent<T> Replace(SortedChunks<T> all) => new(all, Reindex(index => index.Rebuild(all)), Version + 1);

    public StoreContent<T> WithIndex(string name, Func<T, IEnumerable<string>> values) =>
        new(Items, indexes.SetItem(name, new StoreIndex<T>(values).Rebuild(Items)), Version);

    private ImmutableSortedDictionary<string, StoreIndex<T>> Reindex(Func<StoreIndex<T>, StoreIndex<T>> change)
    {
        var result = indexes;
        foreach (var (name, index) in indexes)
            result = result.SetItem(name, change(index));
        return result;
    }
}
