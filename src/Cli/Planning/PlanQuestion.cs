using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Scheduling;
using Tenon.Api.Storage;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;
using Tenon.Providers.Catalog;
using Tenon.Scheduling;

namespace Tenon.Cli.Planning;

/// <summary>From manifests, or a dump of a cluster, to the question the engine answers.</summary>
static class PlanQuestion
{
    /// <summary>The pool that is assumed where the input has none: anything the catalogue sells.</summary>
    public const string AssumedPool = "default";

    public static SchedulingInput From(IReadOnlyList<IKubeObject> objects, Catalogue catalogue, DateTimeOffset now)
    {
        var pods = objects.OfType<Pod>().Where(IsAlive).ToList();
        var bound = pods.Where(pod => !string.IsNullOrEmpty(pod.Spec.NodeName))
            .ToLookup(pod => pod.Spec.NodeName, StringComparer.Ordinal);
        var nodes = objects
            .OfType<Node>()
            .Where(node => !node.Metadata.IsDeleting)
            .OrderBy(node => node.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        var admit = AdmissionOf(objects);
        return new SchedulingInput
        {
            Pools = [.. Pools(objects).Select(pool => new NodePoolOffer(pool, catalogue.Types))],
            Nodes =
            [
                .. nodes
                    .Where(node => node.Spec.Unschedulable != true)
                    .Select(node => State(node, bound[node.Metadata.Name ?? ""])),
            ],
            Pods = [.. pods.Where(IsWaiting).Concat(WorkloadPods.Of(objects)).Select(admit)],
            DaemonSetPods = [.. WorkloadPods.OfDaemonSets(objects).Select(admit)],
            Lookup = Lookup(objects, nodes, bound),
            UsedByPool = Used(nodes),
            Options = SchedulingOptions.Default with
            {
                WellKnown = LabelSet.WellKnown.With(catalogue.Vocabulary.WellKnownLabels),
            },
            Now = now,
        };
    }

    static List<NodePool> Pools(IReadOnlyList<IKubeObject> objects)
    {
        var pools = objects
            .OfType<NodePool>()
            .Where(pool => pool.Spec.Replicas is null && !pool.Metadata.IsDeleting)
            .ToList();
        return pools.Count > 0 ? pools : [new NodePool { Metadata = new ObjectMeta { Name = AssumedPool } }];
    }

    static bool IsAlive(Pod pod) => !pod.Metadata.IsDeleting && pod.Status.Phase is not ("Succeeded" or "Failed");

    static bool IsWaiting(Pod pod) =>
        string.IsNullOrEmpty(pod.Spec.NodeName)
        && pod.Metadata.OwnerReferences.All(owner => owner is not { Kind: "DaemonSet" or "Node" });

    /// <summary>
    /// What an API server writes into a pod that leaves it out: requests from limits, the priority of its class.
    /// </summary>
    static Func<Pod, Pod> AdmissionOf(IReadOnlyList<IKubeObject> objects)
    {
        var priorities = objects
            .OfType<PriorityClass>()
            .ToDictionary(it => it.Metadata.Name ?? "", it => it.Value, StringComparer.Ordinal);
        return pod =>
        {
            var spec = PodResources.WithLimitsAsRequests(pod.Spec);
            if (
                spec.Priority is null
                && spec.PriorityClassName is { } name
                && priorities.TryGetValue(name, out var value)
            )
                spec = spec with { Priority = value };
            return pod with { Spec = spec };
        };
    }

    static NodeState State(Node node, IEnumerable<Pod> bound)
    {
        var pods = bound
            .OrderBy(pod => pod.Metadata.Namespace, StringComparer.Ordinal)
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .ToImmutableArray();
        var labels = node.Metadata.Labels;
        var pool = labels.GetValueOrDefault(WellKnownLabels.NodePool);
        return new NodeState
        {
            Name = node.Metadata.Name ?? "",
            ProviderId = node.Spec.ProviderId,
            HostName = labels.GetValueOrDefault(WellKnownLabels.Hostname) ?? node.Metadata.Name ?? "",
            Labels = labels,
            Annotations = node.Metadata.Annotations,
            Taints = node.Spec.Taints,
            Capacity = node.Status.Capacity,
            Allocatable = node.Status.Allocatable,
            Available = pods.Aggregate(
                node.Status.Allocatable,
                (left, pod) => left - PodResources.RequestsWithSlot(pod)
            ),
            DaemonSetRequests = pods.Where(IsDaemon)
                .Aggregate(ResourceList.Empty, (sum, pod) => sum + PodResources.RequestsWithSlot(pod)),
            BoundPods = pods,
            IsManaged = pool is not null,
            IsInitialized = pool is null || labels.GetValueOrDefault(WellKnownLabels.Initialized) == "true",
            NodePool = pool,
            Price = Insight.Cost.ClusterBill.PriceLabel(node),
        };
    }

    static bool IsDaemon(Pod pod) => pod.Metadata.OwnerReferences.Any(owner => owner.Kind == "DaemonSet");

    static ClusterLookup Lookup(IReadOnlyList<IKubeObject> objects, List<Node> nodes, ILookup<string?, Pod> bound) =>
        new()
        {
            Namespaces = Namespaces(objects),
            BoundPods =
            [
                .. from node in nodes
                from pod in bound[node.Metadata.Name ?? ""]
                select new BoundPod(pod, node.Metadata.Name ?? "", node.Metadata.Labels, node.Spec.Taints),
            ],
            Claims = objects.OfType<PersistentVolumeClaim>().Concat(WorkloadPods.ClaimsOf(objects)),
            Volumes = objects.OfType<PersistentVolume>(),
            Classes = objects.OfType<StorageClass>(),
            AllServices = objects.OfType<Service>(),
            ReplicaSets = objects.OfType<ReplicaSet>(),
            StatefulSets = objects.OfType<StatefulSet>(),
            ReplicationControllers = objects.OfType<ReplicationController>(),
        };

    /// <summary>The namespaces given, and those that are only named, with the label every namespace carries.</summary>
    static List<Namespace> Namespaces(IReadOnlyList<IKubeObject> objects)
    {
        var given = objects.OfType<Namespace>().ToDictionary(it => it.Metadata.Name ?? "", StringComparer.Ordinal);
        foreach (var name in objects.Select(item => item.Metadata.Namespace).OfType<string>().Append("default"))
            given.TryAdd(name, new Namespace { Metadata = new ObjectMeta { Name = name } });
        return
        [
            .. given
                .Values.OrderBy(it => it.Metadata.Name, StringComparer.Ordinal)
                .Select(it =>
                    it.With(
                        it.Metadata with
                        {
                            Labels = new SortedDictionary<string, string>(
                                it.Metadata.Labels.ToDictionary(),
                                StringComparer.Ordinal
                            )
                            {
                                [WellKnownLabels.NamespaceName] = it.Metadata.Name ?? "",
                            },
                        }
                    )
                ),
        ];
    }

    static ImmutableSortedDictionary<string, ResourceList> Used(List<Node> nodes)
    {
        var used = ImmutableSortedDictionary.CreateBuilder<string, ResourceList>(StringComparer.Ordinal);
        foreach (var node in nodes)
            if (node.Metadata.Labels.GetValueOrDefault(WellKnownLabels.NodePool) is { } pool)
                used[pool] =
                    used.GetValueOrDefault(pool, ResourceList.Empty)
                    + node.Status.Capacity.With("nodes", Quantity.FromUnits(1));
        return used.ToImmutable();
    }
}
