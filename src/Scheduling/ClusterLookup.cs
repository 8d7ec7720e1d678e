using System.Collections.Immutable;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Storage;

namespace Tenon.Scheduling;

/// <summary>A pod on a node, counted for topology. The node may be one that the simulation must not use.</summary>
public readonly record struct BoundPod(
    Pod Pod,
    string NodeName,
    IReadOnlyDictionary<string, string> NodeLabels,
    IReadOnlyList<Taint> NodeTaints
);

/// <summary>
/// What the rules must know about the cluster besides nodes and pods. Data that stands still; never a call.
/// </summary>
public interface IClusterLookup
{
    /// <summary>Every namespace with its labels, for namespace selectors of affinity terms.</summary>
    IReadOnlyList<Namespace> Namespaces { get; }

    /// <summary>Every bound pod that topology may count, in a stable order.</summary>
    IReadOnlyList<BoundPod> BoundPods { get; }

    PersistentVolumeClaim? Claim(string @namespace, string name);
    PersistentVolume? Volume(string name);
    StorageClass? Class(string name);

    /// <summary>The default class for claims that name none: the newest one marked as default.</summary>
    StorageClass? DefaultClass { get; }

    IReadOnlyList<Service> Services(string @namespace);
    ReplicaSet? ReplicaSet(string @namespace, string name);
    StatefulSet? StatefulSet(string @namespace, string name);
    ReplicationController? ReplicationController(string @namespace, string name);
}

/// <summary>A lookup over lists; what is not given is not there.</summary>
public sealed class ClusterLookup : IClusterLookup
{
    public static readonly ClusterLookup Empty = new();

    private readonly Dictionary<(string, string), PersistentVolumeClaim> _claims = [];
    private readonly Dictionary<string, PersistentVolume> _volumes = [];
    private readonly Dictionary<string, StorageClass> _classes = [];
    private readonly Dictionary<string, List<Service>> _services = [];
    private readonly Dictionary<(string, string), ReplicaSet> _replicaSets = [];
    private readonly Dictionary<(string, string), StatefulSet> _statefulSets = [];
    private readonly Dictionary<(string, string), ReplicationController> _replicationControllers = [];

    public IReadOnlyList<Namespace> Namespaces { get; init; } = [];
    public IReadOnlyList<BoundPod> BoundPods { get; init; } = [];

    public IEnumerable<PersistentVolumeClaim> Claims
    {
        init => Index(value, _claims);
    }
    public IEnumerable<ReplicaSet> ReplicaSets
    {
        init => Index(value, _replicaSets);
    }
    public IEnumerable<StatefulSet> StatefulSets
    {
        init => Index(value, _statefulSets);
    }
    public IEnumerable<ReplicationController> ReplicationControllers
    {
        init => Index(value, _replicationControllers);
    }

    public IEnumerable<PersistentVolume> Volumes
    {
        init
        {
            foreach (var volume in value)
                _volumes[volume.Metadata.Name ?? ""] = volume;
        }
    }

    public IEnumerable<StorageClass> Classes
    {
        init
        {
            foreach (var @class in value)
                _classes[@class.Metadata.Name ?? ""] = @class;
        }
    }

    public IEnumerable<Service> AllServices
    {
        init
        {
            foreach (var service in value)
            {
                var space = service.Metadata.Namespace ?? "";
                if (!_services.TryGetValue(space, out var list))
                    _services[space] = list = [];
                list.Add(service);
            }
        }
    }

    public StorageClass? DefaultClass =>
        _classes
            .Values.Where(it =>
                it.Metadata.Annotations.GetValueOrDefault("storageclass.kubernetes.io/is-default-class") == "true"
            )
            .OrderByDescending(it => it.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue)
            .ThenBy(it => it.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();

    public PersistentVolumeClaim? Claim(string @namespace, string name) =>
        _claims.GetValueOrDefault((@namespace, name));

    public PersistentVolume? Volume(string name) => _volumes.GetValueOrDefault(name);

    public StorageClass? Class(string name) => _classes.GetValueOrDefault(name);

    public IReadOnlyList<Service> Services(string @namespace) => _services.GetValueOrDefault(@namespace) ?? [];

    public ReplicaSet? ReplicaSet(string @namespace, string name) => _replicaSets.GetValueOrDefault((@namespace, name));

    public StatefulSet? StatefulSet(string @namespace, string name) =>
        _statefulSets.GetValueOrDefault((@namespace, name));

    public ReplicationController? ReplicationController(string @namespace, string name) =>
        _replicationControllers.GetValueOrDefault((@namespace, name));

    private static void Index<T>(IEnumerable<T> objects, Dictionary<(string, string), T> into)
        where T : Api.IKubeObject
    {
        foreach (var item in objects)
            into[(item.Metadata.Namespace ?? "", item.Metadata.Name ?? "")] = item;
    }
}
