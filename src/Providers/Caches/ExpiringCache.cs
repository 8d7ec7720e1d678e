using System.Diagnostics.CodeAnalysis;

namespace Tenon.Providers.Caches;

/// <summary>
/// A bounded map whose entries are forgotten after a fixed lifetime. Expiry is looked at when the cache is used, never
/// by a timer, so that a quiet cache costs nothing and virtual time needs no visits. Safe for concurrent use.
/// </summary>
/// <param name="lifetime">How long an entry is believed after it was put.</param>
/// <param name="capacity">Entries kept at most; the one put longest ago makes room.</param>
public sealed class ExpiringCache<TKey, TValue>(TimeSpan lifetime, int capacity, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _byKey = [];

    /// <summary>Oldest first. One lifetime for all makes this the order of expiry too.</summary>
    private readonly LinkedList<Entry> _byAge = new();

    private sealed record Entry(TKey Key, TValue Value, DateTimeOffset Until);

    public TimeSpan Lifetime { get; } =
        lifetime > TimeSpan.Zero
            ? lifetime
            : throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "a lifetime is positive");

    public int Capacity { get; } =
        capacity > 0
            ? capacity
            : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "a capacity is positive");

    public int Count
    {
        get
        {
            lock (_lock)
            {
                Forget_NeedsLock(_ => { });
                return _byKey.Count;
            }
        }
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var node) && time.GetUtcNow() < node.Value.Until)
            {
                value = node.Value.Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>Stores or renews; the lifetime starts now.</summary>
    public void Put(TKey key, TValue value)
    {
        lock (_lock)
        {
            if (_byKey.Remove(key, out var old))
                _byAge.Remove(old);
            else if (_byKey.Count == Capacity)
                Drop_NeedsLock(_byAge.First!);
            _byKey[key] = _byAge.AddLast(new Entry(key, value, time.GetUtcNow() + Lifetime));
        }
    }

    public bool Remove(TKey key)
    {
        lock (_lock)
        {
            if (!_byKey.Remove(key, out var node))
                return false;
            _byAge.Remove(node);
            return true;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _byKey.Clear();
            _byAge.Clear();
        }
    }

    /// <summary>Forgets what has expired and tells each key that went.</summary>
    public void Forget(Action<TKey> expired)
    {
        lock (_lock)
            Forget_NeedsLock(expired);
    }

    private void Forget_NeedsLock(Action<TKey> expired)
    {
        var now = time.GetUtcNow();
        while (_byAge.First is { } oldest && oldest.Value.Until <= now)
        {
            Drop_NeedsLock(oldest);
            expired(oldest.Value.Key);
        }
    }

    private void Drop_NeedsLock(LinkedListNode<Entry> node)
    {
        _byAge.Remove(node);
        _byKey.Remove(node.Value.Key);
    }
}
