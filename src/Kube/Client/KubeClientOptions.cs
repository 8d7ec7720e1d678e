using System.Diagnostics.Metrics;
using Tenon.Kube.Client.Discovery;
using Tenon.Kube.Client.Pacing;

namespace Tenon.Kube.Client;

/// <summary>How politely and how stubbornly a client talks to the server.</summary>
public sealed record KubeClientOptions
{
    public static readonly KubeClientOptions Default = new();

    /// <summary>
    /// Requests per second in the long run (<c>KUBE_CLIENT_QPS</c>, default 200); zero or less means no limit.
    /// </summary>
    public double Qps { get; init; } = 200;

    /// <summary>Requests at once before <see cref="Qps"/> holds (<c>KUBE_CLIENT_BURST</c>, default 300).</summary>
    public int Burst { get; init; } = 300;

    /// <summary>Attempts of one request, the first included.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>A <c>Retry-After</c> longer than this is handed to the caller instead of being waited for.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    public Backoff Backoff { get; init; } = Backoff.Request;

    /// <summary>What this server calls the kinds whose name changed between releases of Kubernetes.</summary>
    public ServedVersions Versions { get; init; } = ServedVersions.Newest;

    /// <summary>Name under which this client's writes are recorded in managedFields.</summary>
    public string FieldManager { get; init; } = "tenon";

    /// <summary>Seed of the jitter of retries and watches.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Where the client's metrics are made; null makes none.</summary>
    public Meter? Meter { get; init; }

    public IKubeListener Listener { get; init; } = IKubeListener.Silent;
}
