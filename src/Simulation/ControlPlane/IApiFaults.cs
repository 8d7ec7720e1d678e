using Tenon.Kube.Client.Transport;

namespace Tenon.Simulation.ControlPlane;

/// <summary>
/// What goes wrong between a client and the server. Asked once for each request and once for each watch event.
/// </summary>
public interface IApiFaults
{
    ApiFault Before(KubeRequest request);

    /// <summary>True cuts the watch in place of the event that was due; nothing of it is delivered.</summary>
    bool CutsWatch(KubeRequest request);
}

/// <summary>The fate of one request; <c>default</c> is a request that nothing happens to.</summary>
public readonly record struct ApiFault
{
    /// <summary>Wait before the request reaches the server.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Answered with this instead of being carried out, such as a 429 or a 503.</summary>
    public KubeReply? Refusal { get; init; }

    /// <summary>The connection breaks before the server sees the request.</summary>
    public bool LosesRequest { get; init; }

    /// <summary>The request is carried out and the answer never comes.</summary>
    public bool LosesReply { get; init; }
}
