namespace Tenon.Simulation.ControlPlane.Storage;

/// <summary>
/// The objects of one kind, their recent history, and the watchers to wake. All versions of a kind share one store.
/// The one writer is <see cref="Clock"/>'s owner; reading and writing are serialised by the server.
/// </summary>
internal sealed class KindStore(RevisionClock clock, int maxEvents, long maxBytes)
{
    private readonly List<Action> _watchers = [];

    public SortedTable Current { get; } = new();
    public WatchHistory History { get; } = new(maxEvents, maxBytes);

    public StoredObject? Find(string ns, string name) => Current.Find(ns, name);

    public void Commit(in Change change)
    {
        // Revisions are handed out before the object is serialised, so a commit can only ever carry the newest one.
        if (change.Revision != clock.Last)
            throw new InvalidOperationException("a change was committed out of order");
        if (change.Type == WatchEventType.Deleted)
            Current.Remove(change.After.Namespace, change.After.Name);
        else
            Current.Set(change.After);
        History.Add(change);
        for (var i = 0; i < _watchers.Count; i++)
            _watchers[i]();
    }

    public void Subscribe(Action wake) => _watchers.Add(wake);

    public void Unsubscribe(Action wake) => _watchers.Remove(wake);

    /// <summary>
    /// The objects as they were at a past revision, in list order, after the given key; null when history no longer
    /// reaches back so far. Changes since then are undone one by one, newest first, on top of the current table.
    /// </summary>
    public IEnumerable<StoredObject>? At(long revision, (string Namespace, string Name)? after)
    {
        if (History.PositionAfter(revision) is not { } position)
            return null;
        if (position == History.Next)
            return Current.After(after);
        var undone = new SortedDictionary<(string Namespace, string Name), StoredObject?>(KeyOrder);
        for (var at = History.Next - 1; at >= position; at--)
        {
            var change = History[at];
            undone[(change.After.Namespace, change.After.Name)] = change.Before;
        }
        return Merge(Current.After(after), undone, after);
    }

    private static readonly Comparer<(string Namespace, string Name)> KeyOrder = Comparer<(
        string Namespace,
        string Name
    )>.Create((a, b) => SortedTable.Compare(a.Namespace, a.Name, b.Namespace, b.Name));

    private static IEnumerable<StoredObject> Merge(
        IEnumerable<StoredObject> current,
        SortedDictionary<(string Namespace, string Name), StoredObject?> undone,
        (string Namespace, string Name)? after
    )
    {
        using var past = undone
            .Where(entry => after is not { } key || KeyOrder.Compare(entry.Key, key) > 0)
            .GetEnumerator();
        var hasPast = past.MoveNext();
        foreach (var item in current)
        {
            while (hasPast && KeyOrder.Compare(past.Current.Key, (item.Namespace, item.Name)) < 0)
            {
                if (past.Current.Value is { } gone)
                    yield return gone;
                hasPast = past.MoveNext();
            }
            if (hasPast && KeyOrder.Compare(past.Current.Key, (item.Namespace, item.Name)) == 0)
            {
                if (past.Current.Value is { } older)
                    yield return older;
                hasPast = past.MoveNext();
            }
            else
                yield return item;
        }
        for (; hasPast; hasPast = past.MoveNext())
            if (past.Current.Value is { } gone)
                yield return gone;
    }
}

/// <summary>The one counter behind every resourceVersion, as etcd's revision is.</summary>
internal sealed class RevisionClock
{
    public long Last { get; private set; } = 1;

    public long Next() => ++Last;
}
