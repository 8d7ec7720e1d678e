namespace Tenon.Kube.Client.Watch;

/// <summary>
/// Cancels <see cref="Token"/> when nobody called <see cref="Heard"/> for a while. Hearing is a field write: the one
/// timer looks at it when it fires and sleeps on for the rest.
/// </summary>
internal sealed class SilenceGuard : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private long _heardAt;

    public SilenceGuard(TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        (_time, _limit) = (time, limit);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _heardAt = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((SilenceGuard)self!).Look(), this, limit, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;
    public bool Struck { get; private set; }

    public void Heard() => Interlocked.Exchange(ref _heardAt, _time.GetTimestamp());

    private void Look()
    {
        var silence = _time.GetElapsedTime(Interlocked.Read(ref _heardAt));
        if (silence < _limit)
        {
            _timer.Change(_limit - silence, Timeout.InfiniteTimeSpan);
            return;
        }
        Struck = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream ended by itself while the timer fired; there is nothing left to cancel.
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }
}
