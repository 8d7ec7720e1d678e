using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane.Discovery;
using Tenon.Simulation.ControlPlane.Reads;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane;

/// <summary>
/// An in-memory Kubernetes API server over JSON bytes. Guarantees: one global resourceVersion, optimistic locking,
/// watches that miss nothing or say 410; the same requests in the same order with the same seed give the same bytes.
/// Callers serialise: a lock keeps concurrent callers safe, but only one caller at a time makes a run repeatable.
/// </summary>
public sealed class ApiServer
{
    private readonly Lock _gate = new();
    private readonly List<Watcher> _watchers = [];
    private readonly ServerState _state;
    private readonly ResourceEndpoints _resources;
    private readonly PlainEndpoints _plain;

    public ApiServer(TimeProvider time, ApiServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(options);
        Time = time;
        _state = new ServerState(time, options);
        _resources = new ResourceEndpoints(_state);
        _plain = new PlainEndpoints(_state);
        Bootstrap.Run(_state);
    }

    public TimeProvider Time { get; }

    /// <summary>The newest resourceVersion handed out.</summary>
    public long Revision
    {
        get
        {
            lock (_gate)
                return _state.Clock.Last;
        }
    }

    /// <summary>
    /// Carries out one request that is not a watch. Refusals are replies; this never throws for a bad request.
    /// </summary>
    public KubeReply Handle(KubeRequest request) => Answer(request, startsLedger: false).ToKubeReply();

    public ValueTask<KubeReply> HandleAsync(KubeRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return new ValueTask<KubeReply>(Handle(request));
    }

    /// <summary>Ends every open watch as a network cut would: readers see a broken stream.</summary>
    public void CutWatches()
    {
        lock (_gate)
            foreach (var watcher in _watchers)
                watcher.Cut();
    }

    /// <param name="startsLedger">
    /// Whether a write begins to record field owners. The box's own controllers do not: they would pay for a ledger
    /// that nobody reads on every pod. Where a ledger exists, everyone is recorded.
    /// </param>
    internal ApiReply Answer(KubeRequest request, bool startsLedger)
    {
        lock (_gate)
            try
            {
                if (request.Body.Length > _state.Options.MaxBodyBytes)
                    throw new ApiError(413, "RequestEntityTooLarge", $"limit is {_state.Options.MaxBodyBytes}");
                var target = Target.Parse(request.Path) with { StartsLedger = startsLedger };
                return target.Plural is null ? _plain.Answer(request, target) : _resources.Answer(request, target);
            }
            catch (ApiError refusal)
            {
                return refusal.ToReply();
            }
    }

    /// <summary>
    /// Opens a watch; the caller reads it with <see cref="TryNext"/> and closes it with <see cref="Close"/>.
    /// </summary>
    internal Watcher Open(KubeRequest request, out string contentType)
    {
        lock (_gate)
        {
            var asked = _resources.Watch(request, Target.Parse(request.Path));
            contentType = asked.View.ContentType;
            var watcher = new Watcher(_state, asked);
            _watchers.Add(watcher);
            return watcher;
        }
    }

    internal bool TryNext(Watcher watcher, out ReadOnlyMemory<byte> next)
    {
        lock (_gate)
            return watcher.TryNext(out next);
    }

    internal void Close(Watcher watcher)
    {
        lock (_gate)
        {
            watcher.Dispose();
            _watchers.Remove(watcher);
        }
    }
}
