using Microsoft.Extensions.Logging;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Events;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Operator;

/// <summary>
/// What nearly every reconciler stands on: where it reads, where it writes, whom it tells, and what time it is. What
/// only a few need is handed to those few by name.
/// </summary>
internal sealed record OperatorContext
{
    public required KubeClient Kube { get; init; }
    public required ICloudProvider Cloud { get; init; }
    public required Stores Stores { get; init; }
    public required ManagedKinds Kinds { get; init; }
    public required ClusterView View { get; init; }
    public required ClusterFeed Feed { get; init; }
    public required IEventRecorder Events { get; init; }
    public required DecisionJournal Journal { get; init; }
    public required TenonMetrics Metrics { get; init; }
    public required OperatorOptions Options { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILoggerFactory Logs { get; init; }

    public ILogger<T> Log<T>() => Logs.CreateLogger<T>();
}
