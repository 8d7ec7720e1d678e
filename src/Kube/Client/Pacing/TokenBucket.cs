namespace Tenon.Kube.Client.Pacing;

/// <summary>
/// At most <c>burst</c> at once and <c>perSecond</c> in the long run. Callers are served in the order in which they
/// ask: each is told at once how long its turn is away, so nobody can overtake. Thread-safe. A rate of zero or less
/// means no limit.
/// </summary>
public sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly bool _unlimited = perSecond <= 0;
    private readonly long _interval = perSecond <= 0 ? 0 : (long)(TimeSpan.TicksPerSecond / perSecond);
    private readonly long _slack =
        perSecond <= 0 ? 0 : (long)(TimeSpan.TicksPerSecond / perSecond) * Math.Max(1, burst);
    private readonly long _origin = time.GetTimestamp();
    private long _due; // the instant, in ticks since _origin, at which the bucket would be full again

    /// <summary>Takes a token, waiting for it when none is left. A cancelled wait has still spent its token.</summary>
    public ValueTask TakeAsync(CancellationToken cancel)
    {
        if (_unlimited)
            return ValueTask.CompletedTask;
        long wait;
        lock (_gate)
        {
            var now = Now();
            _due = Math.Max(_due, now) + _interval;
            wait = _due - _slack - now;
        }
        return wait <= 0 ? ValueTask.CompletedTask : new ValueTask(Task.Delay(TimeSpan.FromTicks(wait), time, cancel));
    }

    /// <summary>Takes a token if one is there.</summary>
    public bool TryTake()
    {
        if (_unlimited)
            return true;
        lock (_gate)
        {
            var now = Now();
            var due = Math.Max(_due, now) + _interval;
            if (due - _slack > now)
                return false;
            _due = due;
            return true;
        }
    }

    private long Now() => time.GetElapsedTime(_origin).Ticks;
}
