using System.Diagnostics.Metrics;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Domain.Cluster;
using Measurements = System.Collections.Generic.IEnumerable<System.Diagnostics.Metrics.Measurement<double>>;

namespace Tenon.Controllers.Metrics;

/// <summary>
/// The gauges that describe the cluster as it is (core API specification §12.1, 12.3, 12.6, 12.7), read off the
/// snapshot and the stores in the moment they are asked for: nothing is kept, so no series outlives its object. Safe
/// from any thread, because all of it is immutable.
/// </summary>
internal sealed class StateMetrics(OperatorContext context)
{
    private readonly (string Key, string Name)[] _nodeLabels =
    [
        .. WellKnownLabels
            .Core.Concat(context.Cloud.Vocabulary.WellKnownLabels)
            .Distinct(StringComparer.Ordinal)
            .Select(static key => (key, LabelName(key)))
            .DistinctBy(static label => label.Item2, StringComparer.Ordinal)
            .OrderBy(static label => label.Item2, StringComparer.Ordinal),
    ];
    private DateTimeOffset? _unsyncedSince;

    /// <summary>Always on: whether the picture of the cluster stands.</summary>
    public void AddCore(Meter meter)
    {
        meter.CreateObservableGauge("karpenter_cluster_state_node_count", () => (double)Snapshot.Nodes.Count);
        meter.CreateObservableGauge("karpenter_cluster_state_synced", () => context.Feed.IsSynced ? 1d : 0d);
        meter.CreateObservableGauge("karpenter_cluster_state_unsynced_time_seconds", UnsyncedTime, "s");
    }

    /// <summary>Per object; off with <c>disable-cluster-state-observability</c>.</summary>
    public void AddObjects(Meter meter)
    {
        Gauge(meter, "karpenter_nodes_allocatable", () => PerNode(static node => node.Allocatable));
        Gauge(meter, "karpenter_nodes_total_pod_requests", () => PerNode(static node => Of(node, Pods, Requests)));
        Gauge(meter, "karpenter_nodes_total_pod_limits", () => PerNode(static node => Of(node, Pods, Limits)));
        Gauge(
            meter,
            "karpenter_nodes_total_daemon_requests",
            () => PerNode(static node => Of(node, Daemons, Requests))
        );
        Gauge(meter, "karpenter_nodes_total_daemon_limits", () => PerNode(static node => Of(node, Daemons, Limits)));
        Gauge(meter, "karpenter_nodes_system_overhead", () => PerNode(static node => node.Capacity - node.Allocatable));
        Gauge(meter, "karpenter_nodes_current_lifetime_seconds", Lifetimes);
        Gauge(meter, "karpenter_cluster_utilization_percent", Utilization);
        Gauge(
            meter,
            "karpenter_nodepools_limit",
            () => PerPool(static (pool, _) => pool.Spec.Limits ?? ResourceList.Empty)
        );
        Gauge(
            meter,
            "karpenter_nodepools_usage",
            () => PerPool(static (pool, state) => state.UsageOf(pool.Metadata.Name!))
        );
        Gauge(meter, "karpenter_pods_state", PodStates);
        Gauge(
            meter,
            "karpenter_pods_unbound_time_seconds",
            () => Waiting(static pod => pod.Spec.NodeName is not { Length: > 0 })
        );
        Gauge(
            meter,
            "karpenter_pods_unstarted_time_seconds",
            () => Waiting(static pod => pod.Status.Phase is "Pending" or "")
        );
        AddConditions(meter, "nodeclaim", () => Claims, static claim => claim.Status.Conditions, ClaimLabels);
        AddConditions(meter, "nodepool", () => Pools, static pool => pool.Status.Conditions, static _ => []);
        AddConditions(meter, "node", () => Nodes, static node => node.Status.Conditions, NodeExtras);
    }

    private ClusterSnapshot Snapshot => context.View.Current;

    private IEnumerable<NodeClaim> Claims => context.Stores.Claims.All.Where(context.Kinds.Has);
    private IEnumerable<NodePool> Pools => context.Stores.Pools.All.Where(context.Kinds.Has);
    private IEnumerable<Node> Nodes => context.Stores.Nodes.All.Where(context.Kinds.Has);

    private static void Gauge(Meter meter, string name, Func<Measurements> read) =>
        meter.CreateObservableGauge(name, read);

    private void AddConditions<T>(
        Meter meter,
        string kind,
        Func<IEnumerable<T>> objects,
        Func<T, IReadOnlyList<Condition>> conditions,
        Func<T, KeyValuePair<string, object?>[]> extra
    )
        where T : class, IKubeObject<T>
    {
        Gauge(meter, $"operator_{kind}_status_condition_count", () => Each(static (_, _) => 1));
        Gauge(
            meter,
            $"operator_{kind}_status_condition_current_status_seconds",
            () => Each(static (since, now) => Math.Max(0, (now - since).TotalSeconds))
        );
        Gauge(meter, $"operator_{kind}_termination_current_time_seconds", Ending);

        Measurements Each(Func<DateTimeOffset, DateTimeOffset, double> value)
        {
            var now = context.Time.GetUtcNow();
            foreach (var item in objects())
            foreach (var condition in conditions(item))
                yield return new(
                    value(condition.LastTransitionTime ?? now, now),
                    [
                        new("namespace", item.Metadata.Namespace ?? ""),
                        new("name", item.Metadata.Name),
                        new("type", condition.Type),
                        new("status", condition.Status),
                        new("reason", condition.Reason ?? ""),
                        .. extra(item),
                    ]
                );
        }

        Measurements Ending()
        {
            var now = context.Time.GetUtcNow();
            foreach (var item in objects())
                if (item.Metadata.DeletionTimestamp is { } asked)
                    yield return new(
                        (now - asked).TotalSeconds,
                        [
                            new("namespace", item.Metadata.Namespace ?? ""),
                            new("name", item.Metadata.Name),
                            .. extra(item),
                        ]
                    );
        }
    }

    private KeyValuePair<string, object?>[] ClaimLabels(NodeClaim claim) =>
        Extras(claim.Metadata, [.. context.Kinds.NodeClassLabels, WellKnownLabels.NodePool]);

    private KeyValuePair<string, object?>[] NodeExtras(Node node) =>
        Extras(
            node.Metadata,
            [.. context.Kinds.NodeClassLabels, WellKnownLabels.NodePool, WellKnownLabels.Initialized]
        );

    private static KeyValuePair<string, object?>[] Extras(ObjectMeta meta, IEnumerable<string> keys) =>
        [
            .. keys.Select(key => new KeyValuePair<string, object?>(
                string.Concat(key.Select(static letter => letter is '/' or '.' or '-' ? '_' : letter)),
                meta.Labels.GetValueOrDefault(key, "")
            )),
        ];

    private double UnsyncedTime()
    {
        if (context.Feed.IsSynced)
        {
            _unsyncedSince = null;
            return 0;
        }
        var now = context.Time.GetUtcNow();
        return (now - (_unsyncedSince ??= now)).TotalSeconds;
    }

    private Measurements PerNode(Func<StateNode, ResourceList> read)
    {
        foreach (var node in Snapshot.Nodes.Values.Where(static it => it.Node is not null))
        {
            var labels = NodeLabels(node);
            foreach (var (resource, amount) in read(node))
                yield return new(amount.ToDouble(), [.. labels, new("resource_type", ResourceName(resource))]);
        }
    }

    private Measurements Lifetimes()
    {
        var now = context.Time.GetUtcNow();
        foreach (var node in Snapshot.Nodes.Values)
            if (node.Node?.Metadata.CreationTimestamp is { } born)
                yield return new((now - born).TotalSeconds, NodeLabels(node));
    }

    private KeyValuePair<string, object?>[] NodeLabels(StateNode node) =>
        [
            new("node_name", node.Node!.Metadata.Name),
            new("phase", node.Node.Status.Phase ?? ""),
            new("managed", node.IsManaged ? "true" : "false"),
            .. _nodeLabels.Select(label => new KeyValuePair<string, object?>(label.Name, node.Label(label.Key) ?? "")),
        ];

    private Measurements Utilization()
    {
        var (used, there) = (ResourceList.Empty, ResourceList.Empty);
        foreach (var node in Snapshot.Nodes.Values)
            (used, there) = (used + node.Bound.Requests, there + node.Allocatable);
        foreach (var (resource, amount) in there)
            if (amount.Sign > 0)
                yield return new(
                    used.Of(resource).ToDouble() / amount.ToDouble() * 100,
                    new KeyValuePair<string, object?>("resource_type", ResourceName(resource))
                );
    }

    private Measurements PerPool(Func<NodePool, ClusterSnapshot, IEnumerable<KeyValuePair<string, Quantity>>> read)
    {
        var state = Snapshot;
        foreach (var pool in Pools)
        foreach (var (resource, amount) in read(pool, state))
            yield return new(
                amount.ToDouble(),
                new("resource_type", ResourceName(resource)),
                new KeyValuePair<string, object?>("nodepool", pool.Metadata.Name)
            );
    }

    private Measurements PodStates()
    {
        var state = Snapshot;
        foreach (var pod in context.Stores.Pods.All)
        {
            var node = pod.Spec.NodeName is { Length: > 0 } name ? context.Stores.Nodes.Get(null, name) : null;
            var labels = node?.Metadata.Labels ?? ObjectMeta.Empty.Labels;
            yield return new(
                1,
                new("name", pod.Metadata.Name),
                new("namespace", pod.Metadata.Namespace),
                new("owner", Owner(pod)),
                new("node", pod.Spec.NodeName ?? ""),
                new("scheduled", node is null ? "false" : "true"),
                new("nodepool", labels.GetValueOrDefault(WellKnownLabels.NodePool, "")),
                new("zone", labels.GetValueOrDefault(WellKnownLabels.Zone, "")),
                new("arch", labels.GetValueOrDefault(WellKnownLabels.Arch, "")),
                new("capacity_type", labels.GetValueOrDefault(WellKnownLabels.CapacityType, "")),
                new("instance_type", labels.GetValueOrDefault(WellKnownLabels.InstanceType, "")),
                new("phase", pod.Status.Phase ?? ""),
                new("ready", IsReady(pod) ? "true" : "false"),
                new("managed", labels.ContainsKey(WellKnownLabels.NodePool) ? "true" : "false")
            );
        }
    }

    private Measurements Waiting(Func<Pod, bool> stillWaits)
    {
        var now = context.Time.GetUtcNow();
        foreach (var pod in context.Stores.Pods.All)
            if (stillWaits(pod) && pod.Metadata.CreationTimestamp is { } born)
                yield return new(
                    (now - born).TotalSeconds,
                    new("name", pod.Metadata.Name),
                    new KeyValuePair<string, object?>("namespace", pod.Metadata.Namespace)
                );
    }

    private static bool IsReady(Pod pod) =>
        pod.Status.Conditions.Any(static it => it is { Type: "Ready", Status: ConditionStatus.True });

    private static string Owner(Pod pod) =>
        pod.Metadata.OwnerReferences is [var owner, ..]
            ? $"/apis/{owner.ApiVersion}/namespaces/{pod.Metadata.Namespace}/{owner.Kind.ToLowerInvariant()}s/{owner.Name}"
            : "";

    private static IEnumerable<Pod> Pods(StateNode node) => node.Bound.ByKey.Values.Where(static pod => !IsDaemon(pod));

    private static IEnumerable<Pod> Daemons(StateNode node) => node.Bound.ByKey.Values.Where(IsDaemon);

    private static bool IsDaemon(Pod pod) =>
        pod.Metadata.OwnerReferences.Any(static owner => owner is { Kind: "DaemonSet", Controller: true });

    private static ResourceList Requests(Pod pod) => Domain.Pods.PodResources.Requests(pod);

    private static ResourceList Limits(Pod pod) =>
        pod.Spec.Containers.Aggregate(ResourceList.Empty, static (sum, each) => sum + each.Resources.Limits);

    private static ResourceList Of(
        StateNode node,
        Func<StateNode, IEnumerable<Pod>> pods,
        Func<Pod, ResourceList> amount
    ) => pods(node).Aggregate(ResourceList.Empty, (sum, pod) => sum + amount(pod));

    private static string ResourceName(string resource) => resource.ToLowerInvariant().Replace('-', '_');

    /// <summary>The part behind the slash, in snake case.</summary>
    private static string LabelName(string key) =>
        key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..].Replace('-', '_').Replace('.', '_');
}
