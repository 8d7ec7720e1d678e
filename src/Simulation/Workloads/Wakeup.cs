namespace Tenon.Simulation.Workloads;

/// <summary>A bell for one waiter on a single-threaded loop: firing twice before it is heard is firing once.</summary>
internal sealed class Wakeup(TimeProvider time)
{
    private TaskCompletionSource? _waiting;
    private bool _fired;

    public void Fire()
    {
        _fired = true;
        var waiting = _waiting;
        _waiting = null;
        waiting?.TrySetResult();
    }

    /// <summary>True when fired, false when <paramref name="limit"/> passed.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan limit, CancellationToken cancel)
    {
        // Giving way first lets everything that is ready now join the same round.
        await Task.Yield();
        if (!_fired && limit > TimeSpan.Zero)
        {
            _waiting = new TaskCompletionSource();
            try
            {
                await _waiting.Task.WaitAsync(limit, time, cancel);
            }
            catch (TimeoutException)
            {
                _waiting = null;
            }
        }
        var fired = _fired;
        _fired = false;
        return fired;
    }
}
