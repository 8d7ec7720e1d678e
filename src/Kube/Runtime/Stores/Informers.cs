using Tenon.Api;
using Tenon.Kube.Client;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>
/// The informers of one process over one client: whoever asks for the same kind and selection shares one watch. They
/// start together, in the order in which they were asked for; one that is asked for later starts at once.
/// </summary>
public sealed class Informers(KubeClient client)
{
    private readonly Lock _gate = new();
    private readonly List<(object Key, IInformer Informer)> _informers = [];
    private readonly List<Task> _loops = [];
    private CancellationToken? _running;

    public KubeClient Client { get; } = client;

    public Informer<T> Of<T>(InformerOptions<T>? options = null)
        where T : class, IKubeObject<T>
    {
        options ??= new InformerOptions<T>();
        Informer<T> informer;
        CancellationToken? running;
        lock (_gate)
        {
            foreach (var (key, existing) in _informers)
                if (key.Equals(options))
                    return (Informer<T>)existing;
            informer = new Informer<T>(Client, options);
            _informers.Add((options, informer));
            running = _running;
        }
        if (running is { } cancel)
            Launch(informer, cancel);
        return informer;
    }

    /// <summary>Starts all of them, until cancelled. Starting twice is starting once.</summary>
    public void Start(CancellationToken cancel)
    {
        IInformer[] waiting;
        lock (_gate)
        {
            if (_running is not null)
                return;
            _running = cancel;
            waiting = [.. _informers.Select(entry => entry.Informer)];
        }
        foreach (var informer in waiting)
            Launch(informer, cancel);
    }

    /// <summary>Completes when every informer asked for so far is in sync.</summary>
    public async Task WhenSynced(CancellationToken cancel)
    {
        IInformer[] awaited;
        lock (_gate)
            awaited = [.. _informers.Select(entry => entry.Informer)];
        foreach (var informer in awaited)
            await informer.WhenSynced(cancel);
    }

    public bool IsSynced
    {
        get
        {
            lock (_gate)
                return _informers.TrueForAll(entry => entry.Informer.IsSynced);
        }
    }

    /// <summary>
    /// What is still being listed, for a readiness check or a message; empty when everything is in sync.
    /// </summary>
    public IReadOnlyList<ResourceType> NotSynced
    {
        get
        {
            lock (_gate)
                return
                [
                    .. _informers.Where(entry => !entry.Informer.IsSynced).Select(entry => entry.Informer.Resource),
                ];
        }
    }

    /// <summary>Starts, then completes when all have stopped after a cancellation.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Start(cancel);
        var stopped = new TaskCompletionSource();
        await using var registration = cancel.Register(() => stopped.TrySetResult());
        await stopped.Task;
        Task[] loops;
        lock (_gate)
            loops = [.. _loops];
        foreach (var loop in loops)
            await loop;
    }

    private void Launch(IInformer informer, CancellationToken cancel)
    {
        var loop = LoopAsync(informer, cancel);
        lock (_gate)
            _loops.Add(loop);
        Guard(loop);
    }

    private static async Task LoopAsync(IInformer informer, CancellationToken cancel)
    {
        try
        {
            await informer.RunAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    /// <summary>
    /// A store that silently stands still is worse than a process that ends: a subscriber's bug goes to the loop,
    /// unhandled.
    /// </summary>
    private static async void Guard(Task loop) => await loop;
}
