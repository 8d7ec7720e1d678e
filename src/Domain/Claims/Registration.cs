using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Pods;

namespace Tenon.Domain.Claims;

/// <summary>
/// What registration writes on a Node. Both steps are safe to repeat: a node that has it all stays as it is.
/// </summary>
public static class Registration
{
    /// <summary>
    /// The node with finalizer, owner, and the claim's taints, labels and annotations. Taints are added where key and
    /// effect are missing, and not at all where the node opts out; labels and annotations of the claim win.
    /// </summary>
    public static Node Synced(Node node, NodeClaim claim)
    {
        var meta = node.Metadata;
        var optsOut = meta.Labels.TryGetValue(WellKnownLabels.DoNotSyncTaints, out var value) && value == "true";
        var taints = optsOut
            ? node.Spec.Taints
            : Tolerations.Merge(
                Tolerations.Merge(node.Spec.Taints, claim.Spec.Taints ?? []),
                claim.Spec.StartupTaints ?? []
            );
        return node with
        {
            Metadata = meta with
            {
                Finalizers = meta.Finalizers.Contains(Finalizers.Termination)
                    ? meta.Finalizers
                    : [.. meta.Finalizers, Finalizers.Termination],
                OwnerReferences = meta.OwnerReferences.Any(it => it.Uid == claim.Metadata.Uid)
                    ? meta.OwnerReferences
                    : [.. meta.OwnerReferences, OwnedBy(claim)],
                Labels = Overlaid(meta.Labels, claim.Metadata.Labels),
                Annotations = Overlaid(meta.Annotations, claim.Metadata.Annotations),
            },
            Spec = node.Spec with { Taints = taints },
        };
    }

    /// <summary>The synced node, marked as registered and without the taint that kept pods away until now.</summary>
    public static Node Completed(Node node, NodeClaim claim)
    {
        var synced = Synced(node, claim);
        return synced with
        {
            Metadata = synced.Metadata with
            {
                Labels = Overlaid(synced.Metadata.Labels, [KeyValuePair.Create(WellKnownLabels.Registered, "true")]),
            },
            Spec = synced.Spec with
            {
                Taints =
                [
                    .. synced.Spec.Taints.Where(static taint => !Tolerations.SameTaint(taint, Taints.Unregistered)),
                ],
            },
        };
    }

    /// <summary>
    /// Pods may have slipped in before labels and taints were synced: the kubelet did not start with the taint.
    /// </summary>
    public static bool LacksUnregisteredTaint(Node node) =>
        !node.Metadata.Labels.ContainsKey(WellKnownLabels.Registered)
        && !node.Spec.Taints.Any(static taint => Tolerations.SameTaint(taint, Taints.Unregistered));

    private static OwnerReference OwnedBy(NodeClaim claim) =>
        new()
        {
            ApiVersion = NodeClaim.Resource.ApiVersion,
            Kind = NodeClaim.Resource.Kind,
            Name = claim.Metadata.Name ?? "",
            Uid = claim.Metadata.Uid ?? "",
            BlockOwnerDeletion = true,
        };

    private static ImmutableSortedDictionary<string, string> Overlaid(
        IReadOnlyDictionary<string, string> below,
        IEnumerable<KeyValuePair<string, string>> above
    ) => below.ToImmutableSortedDictionary(StringComparer.Ordinal).SetItems(above);
}
