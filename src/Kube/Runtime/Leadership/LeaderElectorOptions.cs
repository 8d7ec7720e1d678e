using System.Diagnostics.Metrics;

namespace Tenon.Kube.Runtime.Leadership;

/// <summary>Which lease, who we are, and upstream's three times.</summary>
public sealed record LeaderElectorOptions
{
    /// <summary><c>LEADER_ELECTION_NAME</c>.</summary>
    public string Name { get; init; } = "karpenter-leader-election";

    public required string Namespace { get; init; }

    /// <summary>Unique to this process, <c>hostname_uuid</c> upstream.</summary>
    public required string Identity { get; init; }

    /// <summary>A lease that nobody renewed for this long may be taken. 15 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A leader that could not renew for this long stops leading. 10 s; must be shorter than the lease, so that it
    /// stops before another starts.
    /// </summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two attempts to take or to renew. 2 s.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the leader's work may take to end before the lease is given back. 30 s.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    public Meter? Meter { get; init; }
    public IKubeListener Listener { get; init; } = IKubeListener.Silent;
}
