namespace Tenon.Api.Names;

/// <summary>Label keys with a meaning (core API specification §8).</summary>
public static class WellKnownLabels
{
    public const string NodePool = "karpenter.sh/nodepool";
    public const string CapacityType = "karpenter.sh/capacity-type";
    public const string Registered = "karpenter.sh/registered";
    public const string Initialized = "karpenter.sh/initialized";
    public const string DoNotSyncTaints = "karpenter.sh/do-not-sync-taints";
    public const string Zone = "topology.kubernetes.io/zone";
    public const string Region = "topology.kubernetes.io/region";
    public const string InstanceType = "node.kubernetes.io/instance-type";
    public const string Arch = "kubernetes.io/arch";
    public const string Os = "kubernetes.io/os";
    public const string WindowsBuild = "node.kubernetes.io/windows-build";
    public const string Hostname = "kubernetes.io/hostname";
    public const string ExcludeFromLoadBalancers = "node.kubernetes.io/exclude-from-external-load-balancers";

    public const string KwokInstanceSize = "karpenter.kwok.sh/instance-size";
    public const string KwokInstanceFamily = "karpenter.kwok.sh/instance-family";
    public const string KwokInstanceMemory = "karpenter.kwok.sh/instance-memory";
    public const string KwokInstanceCpu = "karpenter.kwok.sh/instance-cpu";
    public const string KwokNode = "kwok.x-k8s.io/node";
    public const string KwokPartition = "kwok-partition";
    public const string NodeViewerPrice = "eks-node-viewer/instance-price";

    public const string NamespaceName = "kubernetes.io/metadata.name";
    public const string PodTemplateHash = "pod-template-hash";
    public const string ControllerRevisionHash = "controller-revision-hash";
    public const string StatefulSetPodName = "statefulset.kubernetes.io/pod-name";
    public const string PodIndex = "apps.kubernetes.io/pod-index";
    public const string JobName = "batch.kubernetes.io/job-name";
    public const string LegacyJobName = "job-name";
    public const string JobControllerUid = "batch.kubernetes.io/controller-uid";
    public const string LegacyJobControllerUid = "controller-uid";
    public const string JobCompletionIndex = "batch.kubernetes.io/job-completion-index";

    /// <summary>Domains whose keys users may not set, beside what a provider adds.</summary>
    public const string KarpenterDomain = "karpenter.sh";
    public const string KwokDomain = "karpenter.kwok.sh";
    public const string CompatibilityDomain = "compatibility.karpenter.sh";

    /// <summary>
    /// An undefined key of this set is tolerated when a pod is compared with a pool; providers extend it.
    /// </summary>
    public static IReadOnlyList<string> Core { get; } =
    [CapacityType, Arch, InstanceType, Os, WindowsBuild, NodePool, Region, Zone];

    /// <summary>
    /// Old names of labels, and what they are read as; providers extend the table with their disk driver's zone key.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Aliases { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["beta.kubernetes.io/arch"] = Arch,
            ["beta.kubernetes.io/instance-type"] = InstanceType,
            ["beta.kubernetes.io/os"] = Os,
            ["failure-domain.beta.kubernetes.io/region"] = Region,
            ["failure-domain.beta.kubernetes.io/zone"] = Zone,
        };

    /// <summary>The label that names a node's class: <c>karpenter.k8s.aws/ec2nodeclass</c>.</summary>
    public static string NodeClass(string group, string kind) => $"{group}/{kind.ToLowerInvariant()}";

    /// <summary>The key under which a label is known today.</summary>
    public static string Normalize(string key) => Aliases.TryGetValue(key, out var target) ? target : key;
}

public static class CapacityTypes
{
    public const string OnDemand = "on-demand";
    public const string Spot = "spot";
    public const string Reserved = "reserved";
}

public static class Architectures
{
    public const string Amd64 = "amd64";
    public const string Arm64 = "arm64";
}

public static class OperatingSystems
{
    public const string Linux = "linux";
    public const string Windows = "windows";
}

public static class ConsolidationPolicies
{
    public const string WhenEmpty = "WhenEmpty";
    public const string WhenEmptyOrUnderutilized = "WhenEmptyOrUnderutilized";
    public const string Balanced = "Balanced";
}

public static class DisruptionReasons
{
    public const string Underutilized = "Underutilized";
    public const string Empty = "Empty";
    public const string Drifted = "Drifted";
}
