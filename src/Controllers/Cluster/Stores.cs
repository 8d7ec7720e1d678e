using Tenon.Api;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Policy;
using Tenon.Api.Storage;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Controllers.Cluster;

/// <summary>The kinds that are watched, with the indexes that reconcilers read by.</summary>
internal sealed class Stores
{
    public const string ByNode = "spec.nodeName";
    public const string ByProviderId = "providerID";
    public const string ByPool = "nodepool";
    public const string ByOwner = "owner";

    public Stores(Informers informers)
    {
        Informers = informers;
        Pods = informers
            .Of<Pod>()
            .AddIndex(ByNode, static pod => pod.Spec.NodeName is { Length: > 0 } node ? [node] : [])
            .AddIndex(
                ByOwner,
                static pod =>
                    pod.Metadata.OwnerReferences.Where(static it => it.Controller == true).Select(static it => it.Uid)
            );
        Nodes = informers
            .Of<Node>()
            .AddIndex(ByProviderId, static node => node.Spec.ProviderId is { Length: > 0 } id ? [id] : []);
        Claims = informers
            .Of<NodeClaim>()
            .AddIndex(ByProviderId, static claim => claim.Status.ProviderId is { Length: > 0 } id ? [id] : [])
            .AddIndex(
                ByPool,
                static claim => claim.Metadata.Labels.TryGetValue(WellKnownLabels.NodePool, out var pool) ? [pool] : []
            );
        Pools = informers.Of<NodePool>();
        DaemonSets = informers.Of<DaemonSet>();
        Budgets = informers.Of<PodDisruptionBudget>();
        VolumeClaims = informers.Of<PersistentVolumeClaim>();
        Volumes = informers.Of<PersistentVolume>();
        StorageClasses = informers.Of<StorageClass>();
        CsiNodes = informers.Of<CSINode>();
        Attachments = informers.Of<VolumeAttachment>().AddIndex(ByNode, static it => [it.Spec.NodeName]);
        Namespaces = informers.Of<Namespace>();
    }

    public Informers Informers { get; }
    public Informer<Pod> Pods { get; }
    public Informer<Node> Nodes { get; }
    public Informer<NodeClaim> Claims { get; }
    public Informer<NodePool> Pools { get; }
    public Informer<DaemonSet> DaemonSets { get; }
    public Informer<PodDisruptionBudget> Budgets { get; }
    public Informer<PersistentVolumeClaim> VolumeClaims { get; }
    public Informer<PersistentVolume> Volumes { get; }
    public Informer<StorageClass> StorageClasses { get; }
    public Informer<CSINode> CsiNodes { get; }
    public Informer<VolumeAttachment> Attachments { get; }
    public Informer<Namespace> Namespaces { get; }

    public IEnumerable<Node> NodesOf(NodeClaim claim) =>
        claim.Status.ProviderId is { Length: > 0 } id ? Nodes.ByIndex(ByProviderId, id) : [];

    public IEnumerable<NodeClaim> ClaimsOf(Node node) =>
        node.Spec.ProviderId is { Length: > 0 } id ? Claims.ByIndex(ByProviderId, id) : [];

    public IEnumerable<Pod> PodsOn(string nodeName) => Pods.ByIndex(ByNode, nodeName);

    public NodePool? PoolOf(NodeClaim claim) =>
        claim.Metadata.Labels.TryGetValue(WellKnownLabels.NodePool, out var name) ? Pools.Get(null, name) : null;
}

internal static class StoreReading
{
    public static T? Get<T>(this Informer<T> informer, ObjectKey key)
        where T : class, IKubeObject<T> => informer.Get(key.Namespace, key.Name);
}
