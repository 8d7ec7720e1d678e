using Tenon.Api.Core;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Why a pod's volumes keep it from being served, in upstream's words (scheduling specification §5.2). A pod whose disk
/// cannot come to be must not make anybody buy a machine.
/// </summary>
public static class VolumeValidation
{
    private const string BindCompleted = "pv.kubernetes.io/bind-completed";

    /// <summary>The first fault in the order of the pod's volumes; null when there is none.</summary>
    public static string? Fault(Pod pod, IClusterLookup lookup)
    {
        foreach (var volume in pod.Spec.Volumes)
            if (VolumeTopology.ClaimName(pod, volume) is { } name && Fault(pod, name, lookup) is { } fault)
                return fault;
        return null;
    }

    private static string? Fault(Pod pod, string name, IClusterLookup lookup)
    {
        if (lookup.Claim(pod.Metadata.Namespace ?? "", name) is not { } claim)
            return $"getting persistent volume claim, persistentvolumeclaims \"{name}\" not found (PersistentVolumeClaim={name})";
        var full = $"{claim.Metadata.Namespace}/{name}";
        if (claim.Metadata.IsDeleting)
            return $"persistentvolumeclaim is being deleted (PersistentVolumeClaim={full})";
        var volume = claim.Spec.VolumeName ?? "";
        if (claim.Status?.Phase == "Lost")
            return $"persistentvolumeclaim bound to non-existent persistentvolume (PersistentVolume={volume}, PersistentVolumeClaim={full})";
        return volume.Length > 0 ? Bound(claim, volume, full, name, lookup) : Unbound(claim, full, lookup);
    }

    private static string? Bound(
        PersistentVolumeClaim claim,
        string volume,
        string full,
        string name,
        IClusterLookup lookup
    )
    {
        var fault =
            lookup.Volume(volume) is not { } found ? $"persistentvolumes \"{volume}\" not found"
            : found.Metadata.IsDeleting ? "persistentvolume is being deleted"
            : null;
        if (fault is not null)
            return $"failed to validate pvc, {fault} (PersistentVolume={volume}, PersistentVolumeClaim={full}, "
                + $"StorageClass={claim.Spec.StorageClassName})";
        return claim.Metadata.Annotations.ContainsKey(BindCompleted)
            ? null
            : $"pvc is considered unbound because it does not contain annotation (PersistentVolume={volume}, "
                + $"PersistentVolumeClaim={name}, annotation={BindCompleted})";
    }

    private static string? Unbound(PersistentVolumeClaim claim, string full, IClusterLookup lookup)
    {
        var named = claim.Spec.StorageClassName;
        if (named is { Length: 0 } || (named is null && lookup.DefaultClass is null))
            return $"unbound pvc must define a storage class (PersistentVolumeClaim={full})";
        var facts = $"(PersistentVolumeClaim={full}, StorageClass={named ?? lookup.DefaultClass?.Metadata.Name})";
        if (VolumeTopology.ClassOf(claim, lookup) is not { } found)
            return $"failed to validate pvc, failed to get storage class, storageclasses.storage.k8s.io \"{named}\" not found {facts}";
        return found.VolumeBindingMode == "Immediate"
            ? $"failed to validate pvc, pvc with immediate volume binding mode must be bound {facts}"
            : null;
    }
}
