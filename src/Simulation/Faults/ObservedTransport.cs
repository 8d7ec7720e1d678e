using Tenon.Kube.Client.Transport;

namespace Tenon.Simulation.Faults;

/// <summary>Lets somebody look at every request that the server carried out or refused, with its answer.</summary>
public sealed class ObservedTransport(IKubeTransport inner, Action<KubeRequest, KubeReply> saw) : IKubeTransport
{
    public async ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        var reply = await inner.SendAsync(request, cancel);
        saw(request, reply);
        return reply;
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(KubeRequest request, CancellationToken cancel) =>
        inner.StreamAsync(request, cancel);
}
