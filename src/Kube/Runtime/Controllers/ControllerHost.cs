using Tenon.Kube.Runtime.Stores;

namespace Tenon.Kube.Runtime.Controllers;

/// <summary>
/// Runs controllers over a set of informers.
/// <para>Expected flow: add controllers, run; the informers start (or already run: a standby warms them before it
/// leads), and when all are in sync the controllers start in the order in which they were added.</para>
/// <para>Guarantees: no reconcile before the stores are in sync; never one key of one controller twice at once; a
/// failing key is retried with back-off and holds up nobody else; after a cancellation no new reconcile starts, and
/// those under way are waited for, up to the grace period.</para>
/// <para>Assumptions: reconcilers honour their token; one that does not holds its worker.</para>
/// </summary>
public sealed class ControllerHost : IDisposable
{
    private readonly List<IController> _controllers = [];
    private readonly ControllerHostOptions _options;
    private readonly RuntimeMetrics _metrics;
    private readonly TimeProvider _time;

    public ControllerHost(Informers informers, ControllerHostOptions options, TimeProvider time)
    {
        Informers = informers;
        _options = options;
        _time = time;
        _metrics = new RuntimeMetrics(options.Meter);
    }

    public Informers Informers { get; }

    public void Add<TKey>(
        ControllerOptions options,
        IReconciler<TKey> reconciler,
        params IReadOnlyList<Source<TKey>> sources
    )
        where TKey : notnull, IEquatable<TKey>
    {
        if (_controllers.Exists(existing => existing.Name == options.Name))
            throw new ArgumentException($"there already is a controller {options.Name}", nameof(options));
        _controllers.Add(new Controller<TKey>(options, reconciler, sources, _metrics, _options.Listener, _time));
    }

    /// <summary>
    /// A controller without objects: runs once at the start, then when its own <see cref="Requeue"/> says or when the
    /// returned trigger is fired. Never twice at once; a failure is retried with back-off.
    /// </summary>
    public SingletonTrigger AddSingleton(string name, Func<CancellationToken, ValueTask<Requeue>> reconcile) =>
        AddSingleton(new ControllerOptions { Name = name }, reconcile);

    /// <inheritdoc cref="AddSingleton(string, Func{CancellationToken, ValueTask{Requeue}})"/>
    public SingletonTrigger AddSingleton(
        ControllerOptions options,
        Func<CancellationToken, ValueTask<Requeue>> reconcile
    )
    {
        var trigger = new Trigger<SingletonKey>();
        trigger.Fire(default);
        Add(options with { Workers = 1 }, new SingletonReconciler(reconcile), trigger);
        return new SingletonTrigger(trigger);
    }

    /// <summary>Runs until cancelled, then ends without throwing.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Informers.Start(cancel);
        try
        {
            await SyncAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = Task.WhenAll([.. _controllers.Select(controller => RunAsync(controller, stop))]);
        try
        {
            await running.EndsWithin(Timeout.InfiniteTimeSpan, _time, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What does not end within the grace period is left behind.
            if (!await running.EndsWithin(_options.GracePeriod, _time, CancellationToken.None))
                return;
        }
        await running;
    }

    /// <exception cref="SyncDeadlineException">It took too long.</exception>
    private async Task SyncAsync(CancellationToken cancel)
    {
        var syncing = Informers.WhenSynced(cancel);
        if (_options.SyncDeadline is { } deadline && !await syncing.EndsWithin(deadline, _time, cancel))
            throw new SyncDeadlineException(deadline, Informers.NotSynced);
        await syncing;
    }

    /// <summary>
    /// A controller that breaks (its reconciler cannot: only this runtime can) takes all down instead of being missed.
    /// </summary>
    private static async Task RunAsync(IController controller, CancellationTokenSource stop)
    {
        try
        {
            await controller.RunAsync(stop.Token);
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    public void Dispose() => _metrics.Dispose();

    private sealed class SingletonReconciler(Func<CancellationToken, ValueTask<Requeue>> reconcile)
        : IReconciler<SingletonKey>
    {
        public ValueTask<Requeue> ReconcileAsync(SingletonKey key, CancellationToken cancel) => reconcile(cancel);
    }
}

/// <summary>The one key of a controller without objects.</summary>
internal readonly record struct SingletonKey
{
    public override string ToString() => "";
}

/// <summary>Wakes a singleton before its time.</summary>
public sealed class SingletonTrigger
{
    private readonly Trigger<SingletonKey> _trigger;

    internal SingletonTrigger(Trigger<SingletonKey> trigger) => _trigger = trigger;

    public void Fire(TimeSpan after = default) => _trigger.Fire(default, after);
}
