using Tenon.Kube;

namespace Tenon.Controllers.Provisioning;

/// <summary>
/// Collects triggers into batches: a batch closes after <paramref name="idle"/> of silence or at <paramref name="max"/>
/// after its first trigger. A trigger repeated inside an open window does not extend it; a new one does.
/// </summary>
internal sealed class Batcher(TimeProvider time, TimeSpan idle, TimeSpan max)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private TaskCompletionSource _signal = NewSignal();

    public void Trigger(string id)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            if (!_seen.Add(id))
                return;
            signal = _signal;
        }
        signal.TrySetResult();
    }

    /// <summary>Returns when a batch is closed.</summary>
    public async ValueTask WaitAsync(CancellationToken cancel)
    {
        Task first;
        lock (_gate)
            first = _signal.Task;
        await first.WaitAsync(cancel);
        lock (_gate)
            _signal = NewSignal();
        var deadline = time.GetUtcNow() + max;
        while (true)
        {
            var left = deadline - time.GetUtcNow();
            if (left <= TimeSpan.Zero || !await SignalledWithinAsync(left < idle ? left : idle, cancel))
                break;
        }
        lock (_gate)
        {
            _seen.Clear();
            _signal = NewSignal();
        }
    }

    private async ValueTask<bool> SignalledWithinAsync(TimeSpan wait, CancellationToken cancel)
    {
        Task signal;
        lock (_gate)
            signal = _signal.Task;
        // Not WhenAny over a delay: its cancellation hops to the thread pool, and a simulated run could not be
        // repeated.
        if (!signal.IsCompleted && !await signal.EndsWithin(wait, time, cancel))
            return false;
        lock (_gate)
            _signal = NewSignal();
        return true;
    }

    private static TaskCompletionSource NewSignal() => new();
}
