namespace Tenon.Cli.Controller;

/// <summary>
/// One thread for everything that decides: stores, view and controllers are written for a single loop, in life as in
/// simulation. Sockets and timers work elsewhere and post their results here.
/// </summary>
sealed class EventLoop : SynchronizationContext, IDisposable
{
    readonly Lock _gate = new();
    readonly Queue<(SendOrPostCallback Work, object? State)> _waiting = new();
    readonly ManualResetEventSlim _woken = new();
    bool _ended;

    /// <summary>
    /// Runs <paramref name="main"/> on the calling thread until it ends; what it throws is thrown here. Work that is
    /// posted after the end is dropped: nobody waits for it any more.
    /// </summary>
    public static T Run<T>(Func<Task<T>> main)
    {
        using var loop = new EventLoop();
        var before = Current;
        SetSynchronizationContext(loop);
        try
        {
            var running = main();
            running.ContinueWith(_ => loop.End(), TaskScheduler.Default);
            loop.Turn();
            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _waiting.Enqueue((d, state));
            _woken.Set();
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("the loop does not wait for itself");

    public void Dispose() => _woken.Dispose();

    void Turn()
    {
        while (true)
        {
            _woken.Wait();
            _woken.Reset();
            while (Take() is { } next)
                next.Work(next.State);
            lock (_gate)
                if (_ended && _waiting.Count == 0)
                    return;
        }
    }

    (SendOrPostCallback Work, object? State)? Take()
    {
        lock (_gate)
            return _waiting.TryDequeue(out var next) ? next : null;
    }

    void End()
    {
        lock (_gate)
        {
            _ended = true;
            _woken.Set();
        }
    }
}
