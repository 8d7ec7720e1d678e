using Tenon.Api;
using Tenon.Kube.Client;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>
/// The informers of one process over one client: whoever asks for the same kind and selection shares one watch. They start
/// together, in the order in which they were asked for; one that is asked for later starts at once.
/// </summary>
public sealed class Informers(KubeClient client)
{
    private readonly Lock _gate = new();
    private readonly List<(object Key, IInformer Informer)> _informers = [];
    private readonly List<Task> _loops = [];
    private CancellationToken? _running;

    public KubeClient Client { get; } = client;

    public Informer<T> Of<T>(InformerOptions<T>? options = null) where T : class, IKubeObject<T>
    {
        options ??= new InformerOptions<T>();
        Informer<T> informer;
        CancellationToken? running;
        lock (_gate)
        {
            foreach (var (key, existing) in _informers)
                if (key.Equals(options)) return (Informer<T>)existing;
            informer = new Informer<T>(Client, options);
            _informers.Add((options, informer));
            running = _running;
        }
        if (running is { } cancel) Launch(informer, cancel);
        return informer;
    }

    /// <summary>Starts all of them, until cancelled. Starting twice is starting once.</summary>
    public void Start(CancellationToken cancel)
    {
        IInformer[] waiting;
        lock (_gate)
        {
            if (_running is not null) return;
            _running = cancel;
            waiting = [.. _informers.Select(entry => entry.Informer)];
        }
        foreach (var informer in waiting) Launch(informer, cancel);
    }

    /// <summary>Completes when every informer asked for so far is in sync.</summary>
    public Task WhenSynced(CancellationToken cancel)
    {
        lock (_gate) return Task.WhenAll(_informers.Select(entry => entry.Informer.WhenSynced(cancel)));
    }

    public bool IsSynced
    {
        get
        {
            lock (_gate) return _informers.TrueForAll(entry => entry.Informer.IsSynced);
        }
    }

    /// <summary>Starts, then completes when the last informer has stopped after a cancellation; a bug in one surfaces here.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Start(cancel);
        Task[] loops;
        lock (_gate) loops = [.. _loops];
        try
        {
            await Task.WhenAll(loops);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private void Launch(IInformer informer, CancellationToken cancel)
    {
        var loop = informer.RunAsync(cancel);
        lock (_gate) _loops.Add(loop);
    }
}
