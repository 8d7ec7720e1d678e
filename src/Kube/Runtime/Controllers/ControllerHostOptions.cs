using System.Diagnostics.Metrics;

namespace Tenon.Kube.Runtime.Controllers;

public sealed record ControllerHostOptions
{
    public static readonly ControllerHostOptions Default = new();

    /// <summary>How long reconciles under way may take to end after a stop (30 s, as upstream).</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the stores may take to be in sync before the host gives up with a <see cref="SyncDeadlineException"/>
    /// (upstream's is two minutes); null waits for ever.
    /// </summary>
    public TimeSpan? SyncDeadline { get; init; }

    /// <summary>Where the runtime's metrics are made; null makes none.</summary>
    public Meter? Meter { get; init; }

    public IKubeListener Listener { get; init; } = IKubeListener.Silent;
}
