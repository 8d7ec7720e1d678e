namespace Tenon.Simulation.Clock;

/// <summary>
/// A clock that moves only when its <see cref="SimulationLoop"/> says so. Timers fire in the order (due time,
/// insertion), so two runs with the same input see the same sequence. Timestamps are ticks of 100 ns since
/// <see cref="Start"/>.
/// </summary>
/// <remarks>
/// Timers belong to the loop: creating or changing one from another thread while the loop runs is refused.
/// </remarks>
public sealed class VirtualTime : TimeProvider
{
    private readonly TimerHeap _timers = new();
    private long _elapsed;
    private long _insertions;
    private int _owner;

    public VirtualTime(DateTimeOffset start) => Start = start.ToUniversalTime();

    public DateTimeOffset Start { get; }

    /// <summary>Virtual time passed since <see cref="Start"/>.</summary>
    public TimeSpan Elapsed => new(Volatile.Read(ref _elapsed));

    /// <summary>Timers that are armed now.</summary>
    public int PendingTimers => _timers.Count;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Volatile.Read(ref _elapsed));

    public override long GetTimestamp() => Volatile.Read(ref _elapsed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Ticks since the start at which the next timer is due; null when none is armed.</summary>
    internal long? NextDue => _timers.Count == 0 ? null : _timers.Peek.Due;

    /// <summary>Names the thread that may touch timers; zero when no loop is running.</summary>
    internal void OwnedBy(int thread) => _owner = thread;

    internal void MoveTo(long elapsed)
    {
        if (elapsed > _elapsed)
            Volatile.Write(ref _elapsed, elapsed);
    }

    /// <summary>
    /// Fires the earliest timer when it is due at or before <paramref name="limit"/>; false when there is none.
    /// </summary>
    internal bool FireNext(long limit)
    {
        if (_timers.Count == 0 || _timers.Peek.Due > limit)
            return false;
        var timer = _timers.Pop();
        MoveTo(timer.Due);
        if (timer.Period > 0)
            Arm(timer, timer.Due + timer.Period);
        timer.Fire();
        return true;
    }

    private void Arm(VirtualTimer timer, long due)
    {
        timer.Due = due;
        timer.Order = _insertions++;
        _timers.Push(timer);
    }

    private bool Change(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        if (_owner != 0 && _owner != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException(
                "a virtual timer was changed from outside its loop: some await left the loop (ConfigureAwait, Task.Run, SemaphoreSlim with a token?)"
            );
        if (timer.Disposed)
            return false;
        if (timer.Position >= 0)
            _timers.Remove(timer);
        timer.Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
        if (dueTime != Timeout.InfiniteTimeSpan)
            Arm(timer, _elapsed + Math.Max(0, dueTime.Ticks));
        return true;
    }

    internal sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        public long Due;
        public long Order;
        public long Period;
        public int Position = -1;
        public bool Disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => time.Change(this, dueTime, period);

        public void Fire() => callback(state);

        public bool IsBefore(VirtualTimer other) => Due != other.Due ? Due < other.Due : Order < other.Order;

        public void Dispose()
        {
            if (Disposed)
                return;
            if (Position >= 0)
                time.Change(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Disposed = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
