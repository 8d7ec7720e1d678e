using Tenon.Api;
using Tenon.Api.Apps;
using Tenon.Api.Autoscaling;
using Tenon.Api.Batch;
using Tenon.Api.Coordination;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Policy;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>The kinds whose ownership and namespaces the simulated controllers look after.</summary>
internal static class KnownKinds
{
    private static readonly ResourceType[] All =
    [
        Deployment.Resource,
        ReplicaSet.Resource,
        StatefulSet.Resource,
        DaemonSet.Resource,
        ControllerRevision.Resource,
        Job.Resource,
        CronJob.Resource,
        Pod.Resource,
        Node.Resource,
        Lease.Resource,
        NodePool.Resource,
        NodeClaim.Resource,
        PersistentVolumeClaim.Resource,
        ConfigMap.Resource,
        Secret.Resource,
        Service.Resource,
        ServiceAccount.Resource,
        HorizontalPodAutoscaler.Resource,
        PodDisruptionBudget.Resource,
        Namespace.Resource,
    ];

    public static ResourceType? Find(string apiVersion, string kind) =>
        Array.Find(All, type => type.ApiVersion == apiVersion && type.Kind == kind);

    /// <summary>What a namespace takes with it.</summary>
    public static IEnumerable<ResourceType> Namespaced => All.Where(type => type.Namespaced).Append(Event.Resource);

    public static void Watch(GarbageCollector collector, Informers informers)
    {
        collector.Watch(informers.Of<Deployment>());
        collector.Watch(informers.Of<ReplicaSet>());
        collector.Watch(informers.Of<StatefulSet>());
        collector.Watch(informers.Of<DaemonSet>());
        collector.Watch(informers.Of<Job>());
        collector.Watch(informers.Of<CronJob>());
        collector.Watch(informers.Of<Pod>());
        collector.Watch(informers.Of<Node>());
        collector.Watch(informers.Of<Lease>());
        collector.Watch(informers.Of<PersistentVolumeClaim>());
        collector.Watch(informers.Of<HorizontalPodAutoscaler>());
        collector.Watch(informers.Of<PodDisruptionBudget>());
    }
}
