using Tenon.Kube.Runtime.Queue;

namespace Tenon.Kube.Runtime.Controllers;

public sealed record ControllerOptions
{
    /// <summary>
    /// The <c>controller</c> label of metrics and the name in log lines, for example <c>nodeclaim.lifecycle</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Keys in work at once.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// A reconcile that takes longer is cancelled, counted, and tried again with back-off. Null means no limit.
    /// </summary>
    public TimeSpan? ReconcileTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public KeyBackoff Backoff { get; init; } = KeyBackoff.Default;
}
