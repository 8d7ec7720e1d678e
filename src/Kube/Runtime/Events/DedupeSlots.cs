namespace Tenon.Kube.Runtime.Events;

/// <summary>
/// Which events were told lately. The key is the lower-case reason and the dedupe values alone, as upstream: not the
/// object, not the message. A slot runs from the first event and is not prolonged. Thread-safe.
/// </summary>
internal sealed class DedupeSlots(int limit, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, (DateTimeOffset Until, long Order)> _ends = new();
    private long _order;

    /// <summary>False when the event was told already.</summary>
    public bool Take(KubeEvent told)
    {
        if (told.DedupeValues.IsDefaultOrEmpty)
            return true;
        var key = $"{told.Reason.ToLowerInvariant()}-{string.Join('-', told.DedupeValues)}";
        var now = time.GetUtcNow();
        lock (_gate)
        {
            while (_ends.TryPeek(out var oldest, out var end) && (end.Until <= now || _until.Count >= limit))
            {
                _ends.Dequeue();
                _until.Remove(oldest);
            }
            var until = now + told.DedupeTimeout;
            if (!_until.TryAdd(key, until))
                return false;
            _ends.Enqueue(key, (until, _order++));
            return true;
        }
    }
}
