using System.Runtime.CompilerServices;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane;

/// <summary>
/// The road straight into an <see cref="ApiServer"/>, JSON bytes and all. Requests complete before the call returns
/// unless a fault delays them; watch events arrive through the caller's own synchronization context, in order.
/// </summary>
public sealed class InProcessTransport(ApiServer server, IApiFaults? faults = null) : IKubeTransport
{
    public ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return faults is null
            ? new ValueTask<KubeReply>(server.Handle(request))
            : SendThroughFaultsAsync(request, faults.Before(request), cancel);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        KubeRequest request,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        if (faults?.Before(request) is { } fault)
        {
            if (fault.Delay > TimeSpan.Zero)
                await Task.Delay(fault.Delay, server.Time, cancel);
            if (fault.Refusal is { } refusal)
                throw new StreamRefusedException(refusal);
            if (fault.LosesRequest || fault.LosesReply)
                throw new TransportException("connection reset by the fault plan");
        }
        Reads.Watcher watcher;
        try
        {
            watcher = server.Open(request, out _);
        }
        catch (ApiError refusal)
        {
            throw new StreamRefusedException(refusal.ToReply().ToKubeReply());
        }
        using var registration = cancel.UnsafeRegister(static watcher => ((Reads.Watcher)watcher!).Nudge(), watcher);
        try
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                while (server.TryNext(watcher, out var next))
                {
                    if (faults?.CutsWatch(request) == true)
                        throw new TransportException("watch cut by the fault plan");
                    yield return next;
                }
                if (watcher.Ended)
                    yield break;
                await watcher.WaitAsync();
            }
        }
        finally
        {
            server.Close(watcher);
        }
    }

    private async ValueTask<KubeReply> SendThroughFaultsAsync(
        KubeRequest request,
        ApiFault fault,
        CancellationToken cancel
    )
    {
        if (fault.Delay > TimeSpan.Zero)
            await Task.Delay(fault.Delay, server.Time, cancel);
        if (fault.Refusal is { } refusal)
            return refusal;
        if (fault.LosesRequest)
            throw new TransportException("request lost before it was carried out");
        var reply = server.Handle(request);
        return fault.LosesReply ? throw new TransportException("reply lost after the request was carried out") : reply;
    }
}
