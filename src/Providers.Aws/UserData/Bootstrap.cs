using System.Text.Json.Nodes;
using Tenon.Api.Core;

namespace Tenon.Providers.Aws.UserData;

/// <summary>What a machine must be told to join its cluster (AWS provider specification §2.5).</summary>
public sealed record Bootstrap
{
    public required string ClusterName { get; init; }
    public required string Endpoint { get; init; }

    /// <summary>Base64.</summary>
    public required string CertificateAuthority { get; init; }

    /// <summary>Of the cluster's services; needed by AL2023 alone.</summary>
    public string? ServiceCidr { get; init; }

    /// <summary>The user's list, else the discovered address of kube-dns; may be empty.</summary>
    public ImmutableArray<string> ClusterDns { get; init; } = [];

    /// <summary>From the claim, before what a kubelet may not set itself is taken out.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The claim's taints, then its startup taints.</summary>
    public ImmutableArray<Taint> Taints { get; init; } = [];

    public required long MaxPods { get; init; }
    public long? PodsPerCore { get; init; }
    public ImmutableSortedDictionary<string, string>? KubeReserved { get; init; }
    public ImmutableSortedDictionary<string, string>? SystemReserved { get; init; }

    /// <summary>The node class's kubelet settings as written; null when there are none.</summary>
    public JsonObject? Kubelet { get; init; }

    /// <summary>The user's own data, put in front of ours.</summary>
    public string? Custom { get; init; }

    /// <summary>Local disks become one striped volume.</summary>
    public bool Raid0 { get; init; }

    /// <summary>The version of a Bottlerocket image, or <c>latest</c>; empty when it is not known.</summary>
    public string BottlerocketVersion { get; init; } = "";

    private static readonly string[] ForbiddenDomains = ["kubernetes.io", "k8s.io", "node-restriction.kubernetes.io"];

    /// <summary>Labels a kubelet may give itself, in ordinal order: no domain of Kubernetes' own.</summary>
    internal IEnumerable<KeyValuePair<string, string>> NodeLabels =>
        Labels.Where(label => !IsForbidden(label.Key)).OrderBy(label => label.Key, StringComparer.Ordinal);

    /// <summary>With the taint that keeps pods away until the controller has seen the node.</summary>
    internal IEnumerable<Taint> NodeTaints =>
        Taints.Any(taint =>
            taint.Key == Api.Names.Taints.UnregisteredKey && taint.Effect == Api.Names.Taints.Unregistered.Effect
        )
            ? Taints
            : Taints.Append(Api.Names.Taints.Unregistered);

    internal bool IsIpv6 => ClusterDns is [var first, ..] && first.Contains(':', StringComparison.Ordinal);

    private static bool IsForbidden(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : key[..slash];
        return ForbiddenDomains.Any(it => domain == it || domain.EndsWith("." + it, StringComparison.Ordinal));
    }
}
