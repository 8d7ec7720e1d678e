using System.Text.RegularExpressions;
using Tenon.Api.Aws;
using Tenon.Api.Names;

namespace Tenon.Providers.Aws.Templates;

/// <summary>Tags of what is made for nodes (AWS provider specification §1.9).</summary>
internal static partial class NodeTags
{
    public const string NodeClass = "karpenter.k8s.aws/ec2nodeclass";
    public const string NodeClaim = "karpenter.sh/nodeclaim";
    public const string Cluster = "eks:eks-cluster-name";

    /// <summary>The class's own tags, and ours over them.</summary>
    /// <param name="pool">May be empty; the tag is there all the same, because permissions ask for it.</param>
    public static ImmutableSortedDictionary<string, string> For(
        Ec2NodeClass nodeClass,
        string pool,
        AwsOptions options
    ) =>
        Own(nodeClass)
            .SetItems([
                KeyValuePair.Create($"kubernetes.io/cluster/{options.ClusterName}", "owned"),
                KeyValuePair.Create(WellKnownLabels.NodePool, pool),
                KeyValuePair.Create(Cluster, options.ClusterName),
                KeyValuePair.Create(NodeClass, nodeClass.Metadata.Name ?? ""),
            ]);

    public static ImmutableSortedDictionary<string, string> ForProfile(Ec2NodeClass nodeClass, AwsOptions options) =>
        Own(nodeClass)
            .SetItems([
                KeyValuePair.Create($"kubernetes.io/cluster/{options.ClusterName}", "owned"),
                KeyValuePair.Create(Cluster, options.ClusterName),
                KeyValuePair.Create(NodeClass, nodeClass.Metadata.Name ?? ""),
                KeyValuePair.Create(WellKnownLabels.Region, options.Region),
            ]);

    /// <summary>Why the class's own tags may not be used; null when they may.</summary>
    public static string? Fault(Ec2NodeClass nodeClass)
    {
        foreach (var key in Own(nodeClass).Keys)
            if (ClusterTag().IsMatch(key) || key is WellKnownLabels.NodePool or Cluster or NodeClass or NodeClaim)
                return $"\"{key}\" tag does not pass tag validation requirements";
        return null;
    }

    private static ImmutableSortedDictionary<string, string> Own(Ec2NodeClass nodeClass) =>
        (nodeClass.Spec.Tags ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(
            tag => tag.Key,
            tag => tag.Value,
            StringComparer.Ordinal
        );

    [GeneratedRegex(@"^kubernetes\.io/cluster/[0-9A-Za-z][A-Za-z0-9\-_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex ClusterTag();
}
