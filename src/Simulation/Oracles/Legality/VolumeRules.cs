using Tenon.Api.Core;
using Tenon.Api.Storage;

namespace Tenon.Simulation.Oracles.Legality;

/// <summary>Volumes bind a pod to where its disks are, or may be made, and to how many the node can attach.</summary>
internal static class VolumeRules
{
    public static Broken? Broken(
        Pod pod,
        BoardNode node,
        Dictionary<string, PersistentVolumeClaim> claims,
        Dictionary<string, PersistentVolume> volumes,
        SortedDictionary<string, StorageClass> classes,
        Dictionary<string, CSINode> drivers
    )
    {
        foreach (var name in ClaimNames(pod))
        {
            if (!claims.TryGetValue($"{pod.Metadata.Namespace}/{name}", out var claim))
                return new("its volumes", $"claim {name} does not exist");
            if (!string.IsNullOrEmpty(claim.Spec.VolumeName))
            {
                if (!volumes.TryGetValue(claim.Spec.VolumeName, out var volume))
                    return new("its volumes", $"volume {claim.Spec.VolumeName} does not exist");
                if (
                    volume.Spec.NodeAffinity?.Required is { } required
                    && !required.NodeSelectorTerms.Any(term => NodeRules.Holds(term, node.Node))
                )
                    return new("its volumes", $"volume {claim.Spec.VolumeName} is elsewhere");
                continue;
            }
            if (ClassOf(claim, classes) is not { } storage)
                return new("its volumes", $"claim {name} has no storage class");
            if (storage.VolumeBindingMode != "WaitForFirstConsumer")
                return new("its volumes", $"claim {name} is not bound yet");
            if (
                storage.AllowedTopologies.Count > 0
                && !storage.AllowedTopologies.Any(term =>
                    term.MatchLabelExpressions.All(one =>
                        node.Labels.TryGetValue(one.Key, out var value) && one.Values.Contains(value)
                    )
                )
            )
                return new("its volumes", $"class {storage.Metadata.Name} makes no volumes there");
        }
        return Attachments(pod, node, claims, volumes, classes, drivers);
    }

    private static Broken? Attachments(
        Pod pod,
        BoardNode node,
        Dictionary<string, PersistentVolumeClaim> claims,
        Dictionary<string, PersistentVolume> volumes,
        SortedDictionary<string, StorageClass> classes,
        Dictionary<string, CSINode> drivers
    )
    {
        if (!drivers.TryGetValue(node.Node.Metadata.Name!, out var csi))
            return null;
        foreach (var driver in csi.Spec.Drivers)
        {
            if (driver.Allocatable?.Count is not { } limit || !Disks(pod, driver.Name).Any())
                continue;
            var disks = node.Pods.Values.Append(pod).SelectMany(each => Disks(each, driver.Name)).Distinct().Count();
            if (disks > limit)
                return new("the node's attachments", $"{disks} volumes of {driver.Name}, {limit} allowed");
        }
        return null;

        IEnumerable<string> Disks(Pod each, string driver) =>
            from name in ClaimNames(each)
            let claim = claims.GetValueOrDefault($"{each.Metadata.Namespace}/{name}")
            where claim is not null
            let volume = claim.Spec.VolumeName is { Length: > 0 } bound ? volumes.GetValueOrDefault(bound) : null
            where (volume?.Spec.Csi?.Driver ?? (volume is null ? ClassOf(claim, classes)?.Provisioner : null)) == driver
            select volume?.Spec.Csi?.VolumeHandle ?? $"{each.Metadata.Namespace}/{name}";
    }

    private static StorageClass? ClassOf(PersistentVolumeClaim claim, SortedDictionary<string, StorageClass> classes) =>
        claim.Spec.StorageClassName is { } name
            ? classes.GetValueOrDefault(name)
            : classes.Values.FirstOrDefault(one =>
                one.Metadata.Annotations.GetValueOrDefault("storageclass.kubernetes.io/is-default-class") == "true"
            );

    private static IEnumerable<string> ClaimNames(Pod pod) =>
        pod
            .Spec.Volumes.Select(volume =>
                volume.PersistentVolumeClaim?.ClaimName
                ?? (volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}")
            )
            .OfType<string>();
}
