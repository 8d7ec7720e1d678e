namespace Tenon.Providers.Aws;

/// <summary>Annotations and the like of AWS provider specification §1.1.</summary>
public static class AwsAnnotations
{
    public const string Hash = "karpenter.k8s.aws/ec2nodeclass-hash";
    public const string HashVersion = "karpenter.k8s.aws/ec2nodeclass-hash-version";
    public const string Tagged = "karpenter.k8s.aws/tagged";
    public const string ClusterNameTagged = "compatibility.karpenter.k8s.aws/cluster-name-tagged";
    public const string InstanceProfile = "karpenter.k8s.aws/instance-profile-name";
    public const string Finalizer = "karpenter.k8s.aws/termination";
}
