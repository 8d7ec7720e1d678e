using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;

namespace Tenon.Controllers.Metrics;

/// <summary>
/// Gauges of nodes, pools and of what is known of the cluster, computed when they are read: a series ends with the
/// thing it is about. Upstream rebuilds the same figures every five or ten seconds.
/// </summary>
internal sealed class ClusterGauges
{
    private readonly OperatorContext _context;
    private readonly ImmutableArray<(string Key, string Label)> _wellKnown;
    private DateTimeOffset? _unsyncedSince;

    /// <param name="wellKnown">Label keys that nodes are told apart by, the provider's included.</param>
    public ClusterGauges(Meter meter, OperatorContext context, LabelSet wellKnown)
    {
        _context = context;
        _wellKnown =
        [
            .. wellKnown
                .Keys.Order(StringComparer.Ordinal)
                .Select(static key => (key, LabelName(key)))
                .DistinctBy(static it => it.Item2),
        ];
        meter.CreateObservableGauge("karpenter_cluster_state_node_count", () => context.View.Current.Nodes.Count);
        meter.CreateObservableGauge("karpenter_cluster_state_synced", () => context.Feed.IsSynced ? 1 : 0);
        meter.CreateObservableGauge("karpenter_cluster_state_unsynced_time_seconds", Unsynced);
        meter.CreateObservableGauge("karpenter_cluster_utilization_percent", Utilization);
        Nodes(meter, "karpenter_nodes_allocatable", static state => state.Allocatable);
        Nodes(meter, "karpenter_nodes_total_pod_requests", static state => state.Bound.Requests - Daemons(state));
        Nodes(meter, "karpenter_nodes_total_pod_limits", static state => Limits(state, ofDaemons: false));
        Nodes(meter, "karpenter_nodes_total_daemon_requests", Daemons);
        Nodes(meter, "karpenter_nodes_total_daemon_limits", static state => Limits(state, ofDaemons: true));
        Nodes(
            meter,
            "karpenter_nodes_system_overhead",
            static state => (state.Node?.Status.Capacity ?? ResourceList.Empty) - state.Allocatable
        );
        meter.CreateObservableGauge("karpenter_nodes_current_lifetime_seconds", Lifetimes);
        Pools(meter, "karpenter_nodepools_limit", static pool => pool.Spec.Limits ?? ResourceList.Empty);
        Pools(meter, "karpenter_nodepools_usage", static pool => pool.Status.Resources);
    }

    private double Unsynced()
    {
        if (_context.Feed.IsSynced)
        {
            _unsyncedSince = null;
            return 0;
        }
        var now = _context.Time.GetUtcNow();
        _unsyncedSince ??= now;
        return (now - _unsyncedSince.Value).TotalSeconds;
    }

    private List<Measurement<double>> Utilization()
    {
        var (requests, allocatable) = (ResourceList.Empty, ResourceList.Empty);
        foreach (var state in Shown)
            (requests, allocatable) = (requests + state.Bound.Requests, allocatable + state.Allocatable);
        return
        [
            .. allocatable
                .Where(static it => !it.Value.IsZero)
                .Select(it => new Measurement<double>(
                    100 * requests.Of(it.Key).ToDouble() / it.Value.ToDouble(),
                    new KeyValuePair<string, object?>("resource_type", ResourceName(it.Key))
                )),
        ];
    }

    private IEnumerable<StateNode> Shown => _context.View.Current.Nodes.Values.Where(static it => it.Node is not null);

    private void Nodes(Meter meter, string name, Func<StateNode, ResourceList> value) =>
        meter.CreateObservableGauge(
            name,
            () =>
                Shown
                    .SelectMany(state =>
                        value(state)
                            .Select(it => new Measurement<double>(
                                it.Value.ToDouble(),
                                [.. Labels(state), new("resource_type", ResourceName(it.Key))]
                            ))
                    )
                    .ToList()
        );

    private List<Measurement<double>> Lifetimes()
    {
        var now = _context.Time.GetUtcNow();
        return
        [
            .. Shown
                .Where(static state => state.Node!.Metadata.CreationTimestamp is not null)
                .Select(state => new Measurement<double>(
                    (now - state.Node!.Metadata.CreationTimestamp!.Value).TotalSeconds,
                    Labels(state)
                )),
        ];
    }

    private void Pools(Meter meter, string name, Func<NodePool, ResourceList> value) =>
        meter.CreateObservableGauge(
            name,
            () =>
                _context
                    .Stores.Pools.All.Where(_context.Kinds.Has)
                    .SelectMany(pool =>
                        value(pool)
                            .Select(it => new Measurement<double>(
                                it.Value.ToDouble(),
                                new("resource_type", ResourceName(it.Key)),
                                new("nodepool", pool.Metadata.Name)
                            ))
                    )
                    .ToList()
        );

    private ImmutableArray<KeyValuePair<string, object?>> Labels(StateNode state) =>
        [
            new("node_name", state.Node!.Metadata.Name),
            new("phase", state.Node.Status.Phase ?? ""),
            new("managed", state.IsManaged ? "true" : "false"),
            .. _wellKnown.Select(it => new KeyValuePair<string, object?>(it.Label, state.Label(it.Key) ?? "")),
        ];

    private static ResourceList Daemons(StateNode state) => state.Bound.DaemonRequests;

    private static ResourceList Limits(StateNode state, bool ofDaemons) =>
        state
            .Bound.ByKey.Values.Where(pod => pod.IsOwnedByDaemonSet == ofDaemons)
            .SelectMany(static pod => pod.Spec.Containers)
            .Aggregate(ResourceList.Empty, static (sum, container) => sum + container.Resources.Limits);

    /// <summary>The part behind the last slash, in snake case.</summary>
    private static string LabelName(string key) =>
        key[(key.LastIndexOf('/') + 1)..].Replace('-', '_').Replace('.', '_');

    private static string ResourceName(string name) => name.ToLowerInvariant().Replace('-', '_');
}
