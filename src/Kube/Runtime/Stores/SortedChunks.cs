using System.Collections;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>
/// An immutable sorted map in leaves of at most <see cref="LeafLimit"/> items. Made for a store of tens of thousands of
/// objects that changes one at a time and is walked often: a change copies one leaf and the list of leaves (some 3 KiB
/// at 20,000 items), a walk runs over plain arrays, a look-up is two binary searches.
/// </summary>
internal sealed class SortedChunks<T> : IReadOnlyCollection<T>
    where T : class
{
    private const int LeafLimit = 128;

    public static readonly SortedChunks<T> Empty = new([], 0);

    private readonly Leaf[] _leaves;

    private SortedChunks(Leaf[] leaves, int count) => (_leaves, Count) = (leaves, count);

    public int Count { get; }

    public IEnumerable<(ObjectKey Key, T Item)> Pairs
    {
        get
        {
            foreach (var leaf in _leaves)
                for (var i = 0; i < leaf.Items.Length; i++)
                    yield return (leaf.Keys[i], leaf.Items[i]);
        }
    }

    /// <summary>The last of several entries with one key wins.</summary>
    public static SortedChunks<T> From(List<(ObjectKey Key, T Item)> entries)
    {
        var sorted = entries;
        for (var i = 1; i < sorted.Count; i++)
            if (sorted[i - 1].Key >= sorted[i].Key)
            {
                sorted =
                [
                    .. entries.AsEnumerable().Reverse().DistinctBy(entry => entry.Key).OrderBy(entry => entry.Key),
                ];
                break;
            }
        // Leaves start half full, so that the first insertions do not split them all.
        var leaves = sorted
            .Chunk(LeafLimit / 2)
            .Select(part => new Leaf(
                Array.ConvertAll(part, entry => entry.Key),
                Array.ConvertAll(part, entry => entry.Item)
            ));
        return new SortedChunks<T>([.. leaves], sorted.Count);
    }

    public T? Get(ObjectKey key)
    {
        var at = LeafOf(key);
        if (at < 0)
            return null;
        var found = Array.BinarySearch(_leaves[at].Keys, key);
        return found >= 0 ? _leaves[at].Items[found] : null;
    }

    public SortedChunks<T> Set(ObjectKey key, T item)
    {
        var at = Math.Max(0, LeafOf(key));
        if (_leaves.Length == 0)
            return new SortedChunks<T>([new Leaf([key], [item])], 1);
        var leaf = _leaves[at];
        var found = Array.BinarySearch(leaf.Keys, key);
        if (found >= 0)
        {
            var items = (T[])leaf.Items.Clone();
            items[found] = item;
            return new SortedChunks<T>(Splice(at, 1, new Leaf(leaf.Keys, items)), Count);
        }
        var grown = new Leaf(Insert(leaf.Keys, ~found, key), Insert(leaf.Items, ~found, item));
        if (grown.Keys.Length <= LeafLimit)
            return new SortedChunks<T>(Splice(at, 1, grown), Count + 1);
        const int Half = LeafLimit / 2;
        var (low, high) = (
            new Leaf(grown.Keys[..Half], grown.Items[..Half]),
            new Leaf(grown.Keys[Half..], grown.Items[Half..])
        );
        return new SortedChunks<T>(Splice(at, 1, low, high), Count + 1);
    }

    public SortedChunks<T> Remove(ObjectKey key)
    {
        var at = LeafOf(key);
        if (at < 0)
            return this;
        var leaf = _leaves[at];
        var found = Array.BinarySearch(leaf.Keys, key);
        if (found < 0)
            return this;
        if (leaf.Keys.Length == 1)
            return new SortedChunks<T>(Splice(at, 1), Count - 1);
        var shrunk = new Leaf(Without(leaf.Keys, found), Without(leaf.Items, found));
        // Two leaves that fit into half of one become one, so that a store that shrank does not keep a long list of
        // crumbs.
        if (at + 1 < _leaves.Length && shrunk.Keys.Length + _leaves[at + 1].Keys.Length <= LeafLimit / 2)
        {
            var next = _leaves[at + 1];
            var merged = new Leaf([.. shrunk.Keys, .. next.Keys], [.. shrunk.Items, .. next.Items]);
            return new SortedChunks<T>(Splice(at, 2, merged), Count - 1);
        }
        return new SortedChunks<T>(Splice(at, 1, shrunk), Count - 1);
    }

    public IEnumerator<T> GetEnumerator()
    {
        foreach (var leaf in _leaves)
        foreach (var item in leaf.Items)
            yield return item;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The last leaf that starts at or before the key; -1 when the key lies before all.</summary>
    private int LeafOf(ObjectKey key)
    {
        var (low, high) = (0, _leaves.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_leaves[middle].Keys[0] <= key)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    private Leaf[] Splice(int at, int removed, params ReadOnlySpan<Leaf> inserted)
    {
        var result = new Leaf[_leaves.Length - removed + inserted.Length];
        _leaves.AsSpan(0, at).CopyTo(result);
        inserted.CopyTo(result.AsSpan(at));
        _leaves.AsSpan(at + removed).CopyTo(result.AsSpan(at + inserted.Length));
        return result;
    }

    private static TItem[] Insert<TItem>(TItem[] array, int at, TItem item)
    {
        var result = new TItem[array.Length + 1];
        array.AsSpan(0, at).CopyTo(result);
        result[at] = item;
        array.AsSpan(at).CopyTo(result.AsSpan(at + 1));
        return result;
    }

    private static TItem[] Without<TItem>(TItem[] array, int at)
    {
        var result = new TItem[array.Length - 1];
        array.AsSpan(0, at).CopyTo(result);
        array.AsSpan(at + 1).CopyTo(result.AsSpan(at));
        return result;
    }

    private sealed record Leaf(ObjectKey[] Keys, T[] Items);
}
