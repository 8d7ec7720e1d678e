namespace Tenon.Simulation.ControlPlane.Storage;

/// <summary>
/// One change: the version before it (null for a creation) and the version it made (for a deletion, the last one).
/// </summary>
internal readonly record struct Change(WatchEventType Type, StoredObject? Before, StoredObject After)
{
    public long Revision => After.Revision;
}

/// <summary>
/// The latest changes of one kind, oldest dropped first, bounded by number and by bytes. Positions never repeat, so
/// that a watcher that falls behind the oldest one kept knows it.
/// </summary>
internal sealed class WatchHistory(int maxEvents, long maxBytes)
{
    private readonly List<Change> _ring = [];
    private long _bytes;
    private int _head;

    /// <summary>Position of the oldest change kept.</summary>
    public long First { get; private set; }

    /// <summary>Position the next change will have.</summary>
    public long Next => First + _ring.Count - _head;

    /// <summary>Revision of the newest change that was dropped: whoever has seen less than this has a gap.</summary>
    public long DroppedRevision { get; private set; }

    public Change this[long position] => _ring[(int)(position - First) + _head];

    public void Add(in Change change)
    {
        _ring.Add(change);
        _bytes += change.After.Bytes;
        while (_ring.Count - _head > 1 && (_ring.Count - _head > maxEvents || _bytes > maxBytes))
            Drop();
    }

    /// <summary>
    /// Position of the first change after the revision; null when changes after it have been dropped.
    /// </summary>
    public long? PositionAfter(long revision)
    {
        if (revision < DroppedRevision)
            return null;
        var low = First;
        var high = Next;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (this[middle].Revision <= revision)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void Drop()
    {
        var dropped = _ring[_head];
        DroppedRevision = dropped.Revision;
        _bytes -= dropped.After.Bytes;
        _ring[_head++] = default;
        First++;
        // The dead front is given back once it is half of the list, which keeps dropping cheap on average.
        if (_head * 2 < _ring.Count)
            return;
        _ring.RemoveRange(0, _head);
        _head = 0;
    }
}
