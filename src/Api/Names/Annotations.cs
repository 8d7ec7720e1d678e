namespace Tenon.Api.Names;

/// <summary>Annotation keys with a meaning (core API specification §8.6).</summary>
public static class Annotations
{
    public const string DoNotDisrupt = "karpenter.sh/do-not-disrupt";
    public const string NodePoolHash = "karpenter.sh/nodepool-hash";
    public const string NodePoolHashVersion = "karpenter.sh/nodepool-hash-version";
    public const string NodeClaimTerminationTimestamp = "karpenter.sh/nodeclaim-termination-timestamp";
    public const string NodeClaimMinValuesRelaxed = "karpenter.sh/nodeclaim-min-values-relaxed";
    public const string RequestedDraDrivers = "karpenter.sh/requested-dra-drivers";
    public const string PriceOverlayApplied = "karpenter.sh/price-overlay-applied";
    public const string CapacityOverlayApplied = "karpenter.sh/capacity-overlay-applied";
    public const string CapacityBufferFakePod = "karpenter.sh/capacity-buffer-fake-pod";
    public const string CapacityBufferName = "karpenter.sh/capacity-buffer-name";
    public const string CapacityBufferNamespace = "karpenter.sh/capacity-buffer-namespace";
    public const string KubeletConversion = "compatibility.karpenter.sh/v1beta1-kubelet-conversion";
    public const string NodeClassReferenceConversion = "compatibility.karpenter.sh/v1beta1-nodeclass-reference";
    public const string StoredVersionMigrated = "karpenter.sh/stored-version-migrated";
    public const string PodDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
    public const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>
    /// Ours, on a pod or a Deployment: <c>"false"</c> has a single replica evicted like any other instead of rolled.
    /// </summary>
    public const string RollSingleReplica = "tenon.sh/roll-single-replica";
    public const string RestartedAt = "kubectl.kubernetes.io/restartedAt";
    public const string DeploymentRevision = "deployment.kubernetes.io/revision";
    public const string DeploymentDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string DeploymentMaxReplicas = "deployment.kubernetes.io/max-replicas";
    public const string DefaultStorageClass = "storageclass.kubernetes.io/is-default-class";
    public const string SelectedNode = "volume.kubernetes.io/selected-node";
    public const string StorageProvisioner = "volume.kubernetes.io/storage-provisioner";
    public const string MirrorPod = "kubernetes.io/config.mirror";
    public const string KwokNode = "kwok.x-k8s.io/node";

    /// <summary>The version that goes with <see cref="NodePoolHash"/> of the v1 API.</summary>
    public const string HashVersion = "v3";
}

public static class Finalizers
{
    public const string Termination = "karpenter.sh/termination";
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";
    public const string PvcProtection = "kubernetes.io/pvc-protection";
    public const string PvProtection = "kubernetes.io/pv-protection";
    public const string JobTracking = "batch.kubernetes.io/job-tracking";
}
