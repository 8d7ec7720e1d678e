namespace Tenon.Providers.Batching;

/// <summary>
/// Turns many callers' single requests into few calls. Requests with an equal key that arrive within one window become
/// one batch; batches of different keys run side by side. Guarantees: every request gets the reply at its own index of
/// the batch's replies, or the batch's exception; a request cancelled before its window closes is left out; one
/// cancelled later only stops waiting, because the call is then everybody's. Assumption: <paramref name="execute"/>
/// returns as many replies as it was given requests.
/// </summary>
/// <param name="execute">Carries out one batch. Its token ends with <see cref="Dispose"/> only.</param>
public sealed class Coalescer<TKey, TRequest, TReply>(
    CoalescingWindow window,
    TimeProvider time,
    Func<TKey, ImmutableArray<TRequest>, CancellationToken, ValueTask<ImmutableArray<TReply>>> execute
) : IDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Batch> _open = [];
    private readonly CancellationTokenSource _stop = new();

    private sealed record Ask(TRequest Request, TaskCompletionSource<TReply> Reply, CancellationToken Cancel);

    private sealed class Batch(long since)
    {
        public long Since { get; } = since;
        public List<Ask> Asks { get; } = [];
        public ITimer? Timer { get; set; }
    }

    public async ValueTask<TReply> AskAsync(TKey key, TRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var ask = new Ask(request, new TaskCompletionSource<TReply>(), cancel);
        Batch? full;
        lock (_lock)
            full = Join_NeedsLock(key, ask);
        if (full is not null)
            await RunAsync(key, full);
        return await ask.Reply.Task.WaitAsync(cancel);
    }

    /// <summary>The batch, when this request filled it and the caller must run it.</summary>
    private Batch? Join_NeedsLock(TKey key, Ask ask)
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        if (!_open.TryGetValue(key, out var batch))
        {
            batch = new Batch(time.GetTimestamp());
            batch.Timer = time.CreateTimer(
                _ => CloseAsync(key, batch),
                null,
                window.Remaining(TimeSpan.Zero),
                Timeout.InfiniteTimeSpan
            );
            _open.Add(key, batch);
        }
        batch.Asks.Add(ask);
        if (batch.Asks.Count >= window.MostItems)
            return Take_NeedsLock(key, batch);
        batch.Timer!.Change(window.Remaining(time.GetElapsedTime(batch.Since)), Timeout.InfiniteTimeSpan);
        return null;
    }

    private Batch? Take_NeedsLock(TKey key, Batch batch)
    {
        if (!_open.TryGetValue(key, out var open) || !ReferenceEquals(open, batch))
            return null;
        _open.Remove(key);
        batch.Timer!.Dispose();
        return batch;
    }

    /// <summary>The timer's end of the window. Everything that can go wrong goes to the waiting callers.</summary>
    private async void CloseAsync(TKey key, Batch batch)
    {
        Batch? mine;
        lock (_lock)
            mine = Take_NeedsLock(key, batch);
        if (mine is not null)
            await RunAsync(key, mine);
    }

    private async Task RunAsync(TKey key, Batch batch)
    {
        var live = batch.Asks.Where(ask => !ask.Cancel.IsCancellationRequested).ToImmutableArray();
        if (live.IsEmpty)
            return;
        try
        {
            var replies = await execute(key, live.Select(ask => ask.Request).ToImmutableArray(), _stop.Token);
            if (replies.Length != live.Length)
                throw new InvalidOperationException(
                    $"a batch of {live.Length} requests was answered with {replies.Length} replies"
                );
            for (var i = 0; i < live.Length; i++)
                live[i].Reply.TrySetResult(replies[i]);
        }
        // Whatever the batch threw belongs to each of its callers, who rethrow it where they wait.
#pragma warning disable CA1031
        catch (Exception failure)
#pragma warning restore CA1031
        {
            foreach (var ask in live)
                ask.Reply.TrySetException(failure);
        }
    }

    /// <summary>Ends windows still open: their callers see a cancellation.</summary>
    public void Dispose()
    {
        List<Batch> left;
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
                return;
            _stop.Cancel();
            left = [.. _open.Values];
            _open.Clear();
        }
        foreach (var batch in left)
        {
            batch.Timer?.Dispose();
            foreach (var ask in batch.Asks)
                ask.Reply.TrySetCanceled();
        }
    }
}
