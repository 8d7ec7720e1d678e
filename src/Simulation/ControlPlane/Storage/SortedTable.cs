namespace Tenon.Simulation.ControlPlane.Storage;

/// <summary>
/// The current objects of one kind in the order lists use: by namespace, then by name, both ordinal. A B+ tree of two
/// levels: finding is two binary searches, inserting moves at most <see cref="LeafSize"/> references, walking is a walk
/// over arrays.
/// </summary>
internal sealed class SortedTable
{
    private const int LeafSize = 256;
    private readonly List<List<StoredObject>> _leaves = [];

    public int Count { get; private set; }

    public StoredObject? Find(string ns, string name)
    {
        var leaf = LeafOf(ns, name);
        if (leaf < 0)
            return null;
        var at = Search(_leaves[leaf], ns, name);
        return at < 0 ? null : _leaves[leaf][at];
    }

    /// <summary>Adds the object, or takes the place of the one with the same key.</summary>
    public void Set(StoredObject item)
    {
        if (_leaves.Count == 0)
        {
            _leaves.Add([item]);
            Count = 1;
            return;
        }
        var leafIndex = Math.Max(0, LeafOf(item.Namespace, item.Name));
        var leaf = _leaves[leafIndex];
        var at = Search(leaf, item.Namespace, item.Name);
        if (at >= 0)
        {
            leaf[at] = item;
            return;
        }
        leaf.Insert(~at, item);
        Count++;
        if (leaf.Count < LeafSize)
            return;
        _leaves.Insert(leafIndex + 1, leaf.GetRange(LeafSize / 2, leaf.Count - LeafSize / 2));
        leaf.RemoveRange(LeafSize / 2, leaf.Count - LeafSize / 2);
    }

    public bool Remove(string ns, string name)
    {
        var leafIndex = LeafOf(ns, name);
        if (leafIndex < 0)
            return false;
        var leaf = _leaves[leafIndex];
        var at = Search(leaf, ns, name);
        if (at < 0)
            return false;
        leaf.RemoveAt(at);
        Count--;
        if (leaf.Count == 0)
            _leaves.RemoveAt(leafIndex);
        return true;
    }

    /// <summary>
    /// Every object after the given key, or from the start when the key is null; the table may not change meanwhile.
    /// </summary>
    public IEnumerable<StoredObject> After((string Namespace, string Name)? key)
    {
        var leafIndex = 0;
        var at = 0;
        if (key is var (ns, name))
        {
            leafIndex = Math.Max(0, LeafOf(ns, name));
            if (leafIndex < _leaves.Count)
            {
                var found = Search(_leaves[leafIndex], ns, name);
                at = found >= 0 ? found + 1 : ~found;
            }
        }
        for (; leafIndex < _leaves.Count; leafIndex++, at = 0)
        {
            var leaf = _leaves[leafIndex];
            for (; at < leaf.Count; at++)
                yield return leaf[at];
        }
    }

    public static int Compare(string ns, string name, string otherNs, string otherName)
    {
        var byNamespace = string.CompareOrdinal(ns, otherNs);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(name, otherName);
    }

    /// <summary>The last leaf whose first key is not after the given one; -1 when every leaf starts after it.</summary>
    private int LeafOf(string ns, string name)
    {
        var low = 0;
        var high = _leaves.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var first = _leaves[middle][0];
            if (Compare(first.Namespace, first.Name, ns, name) <= 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    private static int Search(List<StoredObject> leaf, string ns, string name)
    {
        var low = 0;
        var high = leaf.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Compare(leaf[middle].Namespace, leaf[middle].Name, ns, name);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }
}
