using System.Diagnostics.Metrics;

namespace Tenon.Kube.Runtime.Controllers;

public sealed record ControllerHostOptions
{
    public static readonly ControllerHostOptions Default = new();

    /// <summary>How long reconciles under way may take to end after a stop (30 s, as upstream).</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the runtime's metrics are made; null makes none.</summary>
    public Meter? Meter { get; init; }

    public IKubeListener Listener { get; init; } = IKubeListener.Silent;
}
