using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Api.Storage;
using Tenon.Domain.Requirements;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Where a pod's volumes let it go, and what they take on a node (scheduling specification §5.3 and §5.4).
/// </summary>
internal static class VolumeTopology
{
    private static readonly Dictionary<string, string> InTree = new(StringComparer.Ordinal)
    {
        ["kubernetes.io/aws-ebs"] = "ebs.csi.aws.com",
        ["kubernetes.io/gce-pd"] = "pd.csi.storage.gke.io",
        ["kubernetes.io/azure-disk"] = "disk.csi.azure.com",
        ["kubernetes.io/azure-file"] = "file.csi.azure.com",
        ["kubernetes.io/cinder"] = "cinder.csi.openstack.org",
        ["kubernetes.io/vsphere-volume"] = "csi.vsphere.vmware.com",
        ["kubernetes.io/portworx-volume"] = "pxd.portworx.com",
    };

    /// <summary>Combinations of volume alternatives that a pod may have; beyond it the rest is left out.</summary>
    private const int MostAlternatives = 256;

    /// <summary>Alternatives in the order they are tried; none means unconstrained.</summary>
    public static List<RequirementSet> Alternatives(Pod pod, IClusterLookup lookup)
    {
        var result = new List<RequirementSet>();
        foreach (var claim in Claims(pod, lookup))
        {
            var own = AlternativesOf(claim, lookup);
            if (own.Count == 0)
                continue;
            result = result.Count == 0 ? own : Cross(result, own);
        }
        return result;
    }

    /// <summary>Each claim that a CSI driver would attach: the driver and <c>namespace/name</c>.</summary>
    public static IEnumerable<(string Driver, string Claim)> Attachments(Pod pod, IClusterLookup lookup)
    {
        foreach (var claim in Claims(pod, lookup))
            if (Driver(claim, lookup) is { Length: > 0 } driver)
                yield return (driver, $"{claim.Metadata.Namespace}/{claim.Metadata.Name}");
    }

    /// <summary>The claims of a pod's volumes that can be found, in the order of its volumes.</summary>
    public static IEnumerable<PersistentVolumeClaim> Claims(Pod pod, IClusterLookup lookup)
    {
        foreach (var volume in pod.Spec.Volumes)
            if (ClaimName(pod, volume) is { } name && lookup.Claim(pod.Metadata.Namespace ?? "", name) is { } claim)
                yield return claim;
    }

    /// <summary>
    /// The claim behind a volume: by name, or <c>pod-volume</c> for an ephemeral one; null for other volumes.
    /// </summary>
    public static string? ClaimName(Pod pod, Volume volume) =>
        volume.PersistentVolumeClaim is { } source ? source.ClaimName
        : volume.Ephemeral is not null ? $"{pod.Metadata.Name}-{volume.Name}"
        : null;

    /// <summary>The class a claim asks for: the named one, or the default when it names none at all.</summary>
    public static StorageClass? ClassOf(PersistentVolumeClaim claim, IClusterLookup lookup) =>
        claim.Spec.StorageClassName is { } name ? (name.Length == 0 ? null : lookup.Class(name)) : lookup.DefaultClass;

    public static string? Driver(PersistentVolumeClaim claim, IClusterLookup lookup)
    {
        if (!string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            var spec = lookup.Volume(claim.Spec.VolumeName)?.Spec;
            return spec?.Csi?.Driver ?? (spec?.AwsElasticBlockStore is null ? null : InTree["kubernetes.io/aws-ebs"]);
        }
        var provisioner = ClassOf(claim, lookup)?.Provisioner;
        return provisioner is null ? null : InTree.GetValueOrDefault(provisioner, provisioner);
    }

    private static List<RequirementSet> AlternativesOf(PersistentVolumeClaim claim, IClusterLookup lookup)
    {
        if (!string.IsNullOrEmpty(claim.Spec.VolumeName))
            return lookup.Volume(claim.Spec.VolumeName)?.Spec is { NodeAffinity.Required: { } required } volume
                ?
                [
                    .. required.NodeSelectorTerms.Select(term =>
                        Bound(term, volume.Local is not null || volume.HostPath is not null)
                    ),
                ]
                : [];
        return
        [
            .. (ClassOf(claim, lookup)?.AllowedTopologies ?? []).Select(term =>
                RequirementSet.Of(term.MatchLabelExpressions.Select(it => Requirement.In(it.Key, it.Values)))
            ),
        ];
    }

    /// <summary>
    /// A local disk's hostname would tie the pod to a node that may be gone; the rest of the term still holds.
    /// </summary>
    private static RequirementSet Bound(NodeSelectorTerm term, bool isLocal) =>
        PodRequirements.FromExpressions(
            term.MatchExpressions.Where(it => !isLocal || it.Key != WellKnownLabels.Hostname)
        );

    private static List<RequirementSet> Cross(List<RequirementSet> left, List<RequirementSet> right)
    {
        var all = new List<RequirementSet>();
        var surviving = new List<RequirementSet>();
        foreach (var a in left)
        foreach (var b in right)
        {
            if (all.Count >= MostAlternatives)
                break;
            var both = a.Add(b);
            all.Add(both);
            if (a.DoesIntersect(b))
                surviving.Add(both);
        }
        return surviving.Count > 0 ? surviving : all;
    }
}
