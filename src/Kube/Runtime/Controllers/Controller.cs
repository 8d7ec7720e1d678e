using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Queue;

namespace Tenon.Kube.Runtime.Controllers;

/// <summary>What the host does with a controller of whatever key.</summary>
internal interface IController
{
    string Name { get; }

    /// <summary>Connects the sources and works until cancelled.</summary>
    Task RunAsync(CancellationToken cancel);
}

/// <summary>A queue, its sources and its workers.</summary>
internal sealed class Controller<TKey>(
    ControllerOptions options,
    IReconciler<TKey> reconciler,
    IReadOnlyList<Source<TKey>> sources,
    RuntimeMetrics metrics,
    IKubeListener listener,
    TimeProvider time
) : IController
    where TKey : notnull, IEquatable<TKey>
{
    private readonly ControllerMetrics _metrics = metrics.Of(options.Name);

    public string Name => options.Name;

    public async Task RunAsync(CancellationToken cancel)
    {
        using var queue = new WorkQueue<TKey>(time, options.Backoff) { Observer = _metrics };
        using var gauges = _metrics.Observe(() => queue.Depth, () => queue.InHand, options.Workers);
        var connections = sources.Select(source => source.Connect(queue)).ToList();
        using var closing = cancel.Register(queue.Close);
        try
        {
            var workers = new Task[Math.Max(1, options.Workers)];
            for (var i = 0; i < workers.Length; i++)
                workers[i] = WorkAsync(queue, cancel);
            await Task.WhenAll(workers);
        }
        finally
        {
            foreach (var connection in connections)
                connection.Dispose();
        }
    }

    private async Task WorkAsync(WorkQueue<TKey> queue, CancellationToken cancel)
    {
        // The queue hands out null once it is closed, which a cancellation does: workers end in good order, never
        // mid-key.
        while (await queue.TakeAsync(CancellationToken.None) is { } item)
        {
            _metrics.Started(item.Waited);
            var began = time.GetTimestamp();
            try
            {
                await ReconcileAsync(queue, item, cancel);
            }
            finally
            {
                _metrics.Finished(time.GetElapsedTime(began));
                queue.Done(item.Key);
            }
        }
    }

    private async ValueTask ReconcileAsync(WorkQueue<TKey> queue, WorkItem<TKey> item, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var expiry = options.ReconcileTimeout is { } timeout ? new CancellationTokenSource(timeout, time) : null;
        using var link = expiry?.Token.Register(limit.Cancel);
        try
        {
            var requeue = await reconciler.ReconcileAsync(item.Key, limit.Token);
            queue.Forget(item.Key);
            if (requeue.After is { } after)
                queue.Add(item.Key, after, item.Priority);
            _metrics.Ended(requeue.After is null ? ReconcileVerdict.Success : ReconcileVerdict.RequeueAfter);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The host stops; the key is found again after the next start.
        }
        // One key's failure, of whatever kind, must not end the others: it is told, counted and retried.
#pragma warning disable CA1031
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(queue, item, error, expiry is { IsCancellationRequested: true });
        }
    }

    private void Fail(WorkQueue<TKey> queue, WorkItem<TKey> item, Exception error, bool timedOut)
    {
        // Somebody else wrote first: that is the ordinary course of optimistic concurrency and not worth a log line.
        if (error is KubeException { Error.Kind: KubeErrorKind.Conflict })
        {
            queue.AddAfterFailure(item.Key, item.Priority);
            _metrics.Ended(ReconcileVerdict.Requeue);
            return;
        }
        if (error is TerminalException)
        {
            queue.Forget(item.Key);
            _metrics.Ended(ReconcileVerdict.TerminalError);
            listener.ReconcileFailed(Name, item.Key.ToString() ?? "", error, queue.Failures(item.Key), retryIn: null);
            return;
        }
        if (timedOut && error is OperationCanceledException)
            error = new TimeoutException($"the reconcile took longer than {options.ReconcileTimeout}", error);
        var pause = queue.AddAfterFailure(item.Key, item.Priority);
        _metrics.Ended(
            error switch
            {
                TimeoutException => ReconcileVerdict.Timeout,
                KubeException => ReconcileVerdict.Error,
                _ => ReconcileVerdict.Crash,
            }
        );
        listener.ReconcileFailed(Name, item.Key.ToString() ?? "", error, queue.Failures(item.Key), pause);
    }
}
