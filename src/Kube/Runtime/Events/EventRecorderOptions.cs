using System.Diagnostics.Metrics;

namespace Tenon.Kube.Runtime.Events;

public sealed record EventRecorderOptions
{
    /// <summary>The <c>source.component</c> of every event.</summary>
    public string Component { get; init; } = "karpenter";

    /// <summary>The host or pod that reports; empty leaves it out.</summary>
    public string Instance { get; init; } = "";

    /// <summary>Where events about cluster-scoped objects go.</summary>
    public string ClusterNamespace { get; init; } = "default";

    /// <summary>Events that wait to be sent; beyond that the newest are dropped and counted.</summary>
    public int QueueLimit { get; init; } = 1000;

    /// <summary>Dedupe slots; beyond that the one that ends first is given up.</summary>
    public int DedupeLimit { get; init; } = 100_000;

    /// <summary>Attempts to write one event while the server is away, ten seconds apart, as client-go.</summary>
    public int Attempts { get; init; } = 12;
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(10);

    public EventCorrelatorOptions Correlator { get; init; } = new();

    public Meter? Meter { get; init; }
    public IKubeListener Listener { get; init; } = IKubeListener.Silent;
}

/// <summary>client-go's numbers.</summary>
public sealed record EventCorrelatorOptions
{
    /// <summary>Events about one object from one source at once, before <see cref="SpamRefill"/> holds.</summary>
    public int SpamBurst { get; init; } = 25;
    public TimeSpan SpamRefill { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Events that differ in their message alone are told one by one up to this many, then as one.</summary>
    public int SimilarLimit { get; init; } = 10;
    public TimeSpan SimilarWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Memory of the correlator: objects and messages it knows, least recently used given up first.</summary>
    public int Memory { get; init; } = 4096;
}
