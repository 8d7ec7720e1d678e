namespace Tenon.Kube.Runtime.Queue;

/// <summary>
/// Keys that want work. Guarantees: a key waits at most once, with the highest priority and the earliest time that was
/// asked for; a key is never in two hands at once (what is added meanwhile waits for <see cref="Done"/>); among ready
/// keys the highest priority goes first, then the one that became ready first; waiting workers are served in the order
/// in which they came. So on a single-threaded loop the whole order is a function of the calls and the clock.
/// Thread-safe.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull, IEquatable<TKey>
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly KeyBackoff _backoff;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Dictionary<TKey, long> _inHand = [];
    private readonly SortedSet<Entry> _ready = new(Entry.ByPriority);
    private readonly SortedSet<Entry> _delayed = new(Entry.ByTime);
    private readonly LinkedList<TaskCompletionSource<WorkItem<TKey>?>> _workers = new();
    private long _sequence;
    private long _timerAt = long.MaxValue;
    private bool _closed;

    public WorkQueue(TimeProvider time, KeyBackoff? backoff = null)
    {
        _time = time;
        _backoff = backoff ?? KeyBackoff.Default;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(
            static self => ((WorkQueue<TKey>)self!).Wake(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Told of every accepted addition and of every retry, for metrics.</summary>
    public IWorkQueueObserver? Observer { get; init; }

    /// <summary>Keys that are ready or delayed; those in hand are not counted unless they wait again.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Ready keys by priority, highest first.</summary>
    public IReadOnlyList<(int Priority, int Count)> Depth
    {
        get
        {
            lock (_gate)
                return [.. _ready.GroupBy(entry => entry.Priority).Select(group => (group.Key, group.Count()))];
        }
    }

    /// <summary>For how long each key in hand has been there, in no particular order.</summary>
    public IReadOnlyList<TimeSpan> InHand
    {
        get
        {
            lock (_gate)
            {
                var now = Now();
                return [.. _inHand.Values.Select(since => TimeSpan.FromTicks(now - since))];
            }
        }
    }

    /// <summary>Asks for work on a key, now or after a delay.</summary>
    public void Add(TKey key, TimeSpan after = default, int priority = 0)
    {
        Observer?.Added();
        Put(key, after, priority);
    }

    /// <summary>
    /// Asks for work on a key that failed, after a pause that doubles with every failure since <see cref="Forget"/>.
    /// </summary>
    /// <returns>The pause.</returns>
    public TimeSpan AddAfterFailure(TKey key, int priority = 0)
    {
        TimeSpan pause;
        lock (_gate)
        {
            var failures = _failures.GetValueOrDefault(key);
            pause = _backoff.After(failures);
            _failures[key] = failures + 1;
        }
        Observer?.Retried();
        Add(key, pause, priority);
        return pause;
    }

    /// <summary>The key did well: its next failure starts from the shortest pause.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
            _failures.Remove(key);
    }

    public int Failures(TKey key)
    {
        lock (_gate)
            return _failures.GetValueOrDefault(key);
    }

    /// <summary>Waits for a key; null once the queue is closed.</summary>
    public ValueTask<WorkItem<TKey>?> TakeAsync(CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled<WorkItem<TKey>?>(cancel);
        LinkedListNode<TaskCompletionSource<WorkItem<TKey>?>> place;
        lock (_gate)
        {
            if (_closed)
                return new((WorkItem<TKey>?)null);
            if (_workers.Count == 0 && Next() is { } item)
                return new(item);
            // Completed under the lock; awaited directly in WaitAsync, so that the worker goes on on its own loop.
#pragma warning disable RS0030
            place = _workers.AddLast(
                new TaskCompletionSource<WorkItem<TKey>?>(TaskCreationOptions.RunContinuationsAsynchronously)
            );
#pragma warning restore RS0030
        }
        return new(WaitAsync(place, cancel));
    }

    /// <summary>Gives a key back. If it was added meanwhile, it becomes ready now.</summary>
    public void Done(TKey key)
    {
        lock (_gate)
        {
            if (!_inHand.Remove(key))
                throw new InvalidOperationException($"{key} is in nobody's hands");
            Serve();
        }
    }

    /// <summary>Nothing is handed out any more; waiting workers get null.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            foreach (var worker in _workers)
                worker.TrySetResult(null);
            _workers.Clear();
        }
        _timer.Dispose();
    }

    public void Dispose() => Close();

    private void Put(TKey key, TimeSpan after, int priority)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            var now = Now();
            Ripen(now);
            var at = after <= TimeSpan.Zero ? now : checked(now + after.Ticks);
            if (_entries.TryGetValue(key, out var entry))
            {
                if (entry.Priority >= priority && (entry.IsReady || entry.At <= at))
                    return;
                Detach(entry);
                entry.Priority = Math.Max(entry.Priority, priority);
                if (!entry.IsReady)
                    entry.At = Math.Min(entry.At, at);
            }
            else
            {
                _entries[key] = entry = new Entry(key)
                {
                    At = at,
                    Priority = priority,
                    Sequence = _sequence++,
                };
            }
            if (!entry.IsReady && entry.At <= now)
                MakeReady(entry);
            (entry.IsReady ? _ready : _delayed).Add(entry);
            Serve();
            SetTimer(now);
        }
    }

    private void Detach(Entry entry)
    {
        var removed = (entry.IsReady ? _ready : _delayed).Remove(entry);
        if (!removed)
            throw new InvalidOperationException($"{entry.Key} is filed in the wrong place");
    }

    /// <summary>Readiness gives a fresh number: whoever became ready first goes first.</summary>
    private void MakeReady(Entry entry)
    {
        entry.IsReady = true;
        entry.Sequence = _sequence++;
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _timerAt = long.MaxValue;
            var now = Now();
            Ripen(now);
            Serve();
            SetTimer(now);
        }
    }

    /// <summary>Whoever's time has come is ready, whether or not the timer has got round to it.</summary>
    private void Ripen(long now)
    {
        while (_delayed.Min is { } entry && entry.At <= now)
        {
            _delayed.Remove(entry);
            MakeReady(entry);
            _ready.Add(entry);
        }
    }

    private void Serve()
    {
        while (_workers.First is { } worker && Next() is { } item)
        {
            _workers.RemoveFirst();
            worker.Value.SetResult(item);
        }
    }

    /// <summary>
    /// The first ready key that is not in hand. Keys in hand are few (one per worker), so looking past them is cheap.
    /// </summary>
    private WorkItem<TKey>? Next()
    {
        var now = Now();
        Ripen(now);
        foreach (var entry in _ready)
        {
            if (_inHand.ContainsKey(entry.Key))
                continue;
            _ready.Remove(entry);
            _entries.Remove(entry.Key);
            _inHand.Add(entry.Key, now);
            return new WorkItem<TKey>(entry.Key, entry.Priority, TimeSpan.FromTicks(now - entry.At));
        }
        return null;
    }

    private void SetTimer(long now)
    {
        var at = _delayed.Min?.At ?? long.MaxValue;
        if (at == _timerAt)
            return;
        _timerAt = at;
        _timer.Change(at == long.MaxValue ? Timeout.InfiniteTimeSpan : Longest(at - now), Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Timers have a limit of about 49 days; a longer wait wakes early, finds nothing, and sleeps on.
    /// </summary>
    private static TimeSpan Longest(long ticks) => TimeSpan.FromTicks(Math.Clamp(ticks, 0, TimeSpan.TicksPerDay * 40));

    private async Task<WorkItem<TKey>?> WaitAsync(
        LinkedListNode<TaskCompletionSource<WorkItem<TKey>?>> place,
        CancellationToken cancel
    )
    {
        using var registration = cancel.Register(() =>
        {
            lock (_gate)
            {
                if (place.List is null)
                    return; // an item or the end came first
                _workers.Remove(place);
            }
            place.Value.SetCanceled(cancel);
        });
        return await place.Value.Task;
    }

    private long Now() => _time.GetElapsedTime(_origin).Ticks;

    private sealed class Entry(TKey key)
    {
        public static readonly IComparer<Entry> ByPriority = Comparer<Entry>.Create(
            static (a, b) =>
                a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority) : a.Sequence.CompareTo(b.Sequence)
        );

        public static readonly IComparer<Entry> ByTime = Comparer<Entry>.Create(
            static (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Sequence.CompareTo(b.Sequence)
        );

        public TKey Key { get; } = key;
        public long At { get; set; }
        public int Priority { get; set; }
        public long Sequence { get; set; }
        public bool IsReady { get; set; }
    }
}
