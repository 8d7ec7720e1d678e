using System.Text.Json.Serialization;
using Tenon.Api.Apps;
using Tenon.Api.Autoscaling;
using Tenon.Api.Aws;
using Tenon.Api.Batch;
using Tenon.Api.Coordination;
using Tenon.Api.Core;
using Tenon.Api.Extensions;
using Tenon.Api.Karpenter;
using Tenon.Api.NodeK8s;
using Tenon.Api.Policy;
using Tenon.Api.ResourceK8s;
using Tenon.Api.Scheduling;
using Tenon.Api.Storage;

namespace Tenon.Api.Json;

/// <summary>Every kind of the house, and its list; a kind that is missing here cannot be read or written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata
)]
[JsonSerializable(typeof(Namespace))]
[JsonSerializable(typeof(KubeList<Namespace>))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(KubeList<Pod>))]
[JsonSerializable(typeof(PodTemplate))]
[JsonSerializable(typeof(KubeList<PodTemplate>))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(KubeList<Node>))]
[JsonSerializable(typeof(PersistentVolume))]
[JsonSerializable(typeof(KubeList<PersistentVolume>))]
[JsonSerializable(typeof(PersistentVolumeClaim))]
[JsonSerializable(typeof(KubeList<PersistentVolumeClaim>))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(KubeList<Service>))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(KubeList<Event>))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(KubeList<ConfigMap>))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(KubeList<Secret>))]
[JsonSerializable(typeof(ServiceAccount))]
[JsonSerializable(typeof(KubeList<ServiceAccount>))]
[JsonSerializable(typeof(ReplicationController))]
[JsonSerializable(typeof(KubeList<ReplicationController>))]
[JsonSerializable(typeof(Binding))]
[JsonSerializable(typeof(KubeList<Binding>))]
[JsonSerializable(typeof(LimitRange))]
[JsonSerializable(typeof(KubeList<LimitRange>))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(KubeList<Deployment>))]
[JsonSerializable(typeof(ReplicaSet))]
[JsonSerializable(typeof(KubeList<ReplicaSet>))]
[JsonSerializable(typeof(StatefulSet))]
[JsonSerializable(typeof(KubeList<StatefulSet>))]
[JsonSerializable(typeof(DaemonSet))]
[JsonSerializable(typeof(KubeList<DaemonSet>))]
[JsonSerializable(typeof(ControllerRevision))]
[JsonSerializable(typeof(KubeList<ControllerRevision>))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(KubeList<Job>))]
[JsonSerializable(typeof(CronJob))]
[JsonSerializable(typeof(KubeList<CronJob>))]
[JsonSerializable(typeof(HorizontalPodAutoscaler))]
[JsonSerializable(typeof(KubeList<HorizontalPodAutoscaler>))]
[JsonSerializable(typeof(Scale))]
[JsonSerializable(typeof(KubeList<Scale>))]
[JsonSerializable(typeof(CapacityBuffer))]
[JsonSerializable(typeof(KubeList<CapacityBuffer>))]
[JsonSerializable(typeof(PodDisruptionBudget))]
[JsonSerializable(typeof(KubeList<PodDisruptionBudget>))]
[JsonSerializable(typeof(Eviction))]
[JsonSerializable(typeof(KubeList<Eviction>))]
[JsonSerializable(typeof(StorageClass))]
[JsonSerializable(typeof(KubeList<StorageClass>))]
[JsonSerializable(typeof(CSINode))]
[JsonSerializable(typeof(KubeList<CSINode>))]
[JsonSerializable(typeof(VolumeAttachment))]
[JsonSerializable(typeof(KubeList<VolumeAttachment>))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(KubeList<Lease>))]
[JsonSerializable(typeof(PriorityClass))]
[JsonSerializable(typeof(KubeList<PriorityClass>))]
[JsonSerializable(typeof(RuntimeClass))]
[JsonSerializable(typeof(KubeList<RuntimeClass>))]
[JsonSerializable(typeof(CustomResourceDefinition))]
[JsonSerializable(typeof(KubeList<CustomResourceDefinition>))]
[JsonSerializable(typeof(NodePool))]
[JsonSerializable(typeof(KubeList<NodePool>))]
[JsonSerializable(typeof(NodeClaim))]
[JsonSerializable(typeof(KubeList<NodeClaim>))]
[JsonSerializable(typeof(NodeOverlay))]
[JsonSerializable(typeof(KubeList<NodeOverlay>))]
[JsonSerializable(typeof(Ec2NodeClass))]
[JsonSerializable(typeof(KubeList<Ec2NodeClass>))]
[JsonSerializable(typeof(KwokNodeClass))]
[JsonSerializable(typeof(KubeList<KwokNodeClass>))]
[JsonSerializable(typeof(DeviceClass))]
[JsonSerializable(typeof(KubeList<DeviceClass>))]
[JsonSerializable(typeof(ResourceClaim))]
[JsonSerializable(typeof(KubeList<ResourceClaim>))]
[JsonSerializable(typeof(ResourceClaimTemplate))]
[JsonSerializable(typeof(KubeList<ResourceClaimTemplate>))]
[JsonSerializable(typeof(ResourceSlice))]
[JsonSerializable(typeof(KubeList<ResourceSlice>))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(JsonSchemaProps))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
