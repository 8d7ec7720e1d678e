namespace Tenon.Simulation.Nodes;

/// <summary>
/// How fast simulated nodes and pods are. Where there are two ends, each object draws its own from its uid and the
/// seed.
/// </summary>
public sealed record KubeletOptions
{
    /// <summary>From the Node object to Ready.</summary>
    public (TimeSpan Least, TimeSpan Most) NodeReady { get; init; } =
        (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));

    /// <summary>From Ready to the removal of the claim's startup taints.</summary>
    public (TimeSpan Least, TimeSpan Most) StartupTaints { get; init; } =
        (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8));

    /// <summary>From binding to Running; <c>sim.tenon.sh/ready-after</c> adds to it before the pod is Ready.</summary>
    public (TimeSpan Least, TimeSpan Most) PodStart { get; init; } = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    /// <summary>From deletion to the end of the containers, never beyond the grace period.</summary>
    public (TimeSpan Least, TimeSpan Most) PodStop { get; init; } =
        (TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(3));

    /// <summary>How long a job's pod runs that does not declare <c>sim.tenon.sh/run-for</c>.</summary>
    public TimeSpan JobRun { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a kubelet renews its lease. Upstream: 10 s; large worlds take longer steps.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which a node is Unknown (upstream's node-monitor-grace-period).</summary>
    public TimeSpan SilenceGrace { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Write the ContainerCreating state, which people watch and machines do not.</summary>
    public bool ShowsCreating { get; init; } = true;

    /// <summary>
    /// Whether NodeClaims exist in this cluster, whose startup taints are cleared when the node is up.
    /// </summary>
    public bool KnowsClaims { get; init; }

    public string Version { get; init; } = "v1.33.4";
    public ulong Seed { get; init; } = 1;
}
