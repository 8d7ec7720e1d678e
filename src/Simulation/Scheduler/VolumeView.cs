using Tenon.Api.Core;
using Tenon.Api.Storage;

namespace Tenon.Simulation.Scheduler;

/// <summary>Claims, volumes, classes and drivers, for the volume filters.</summary>
internal sealed class VolumeView
{
    private readonly Dictionary<(string, string), PersistentVolumeClaim> _claims = [];
    private readonly SortedDictionary<string, PersistentVolume> _volumes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StorageClass> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CSINode> _drivers = new(StringComparer.Ordinal);

    public void Set(PersistentVolumeClaim claim) =>
        _claims[(claim.Metadata.Namespace ?? "", claim.Metadata.Name!)] = claim;

    public void Set(PersistentVolume volume) => _volumes[volume.Metadata.Name!] = volume;

    public void Set(StorageClass storageClass) => _classes[storageClass.Metadata.Name!] = storageClass;

    public void Set(CSINode node) => _drivers[node.Metadata.Name!] = node;

    public void Remove(PersistentVolumeClaim claim) =>
        _claims.Remove((claim.Metadata.Namespace ?? "", claim.Metadata.Name!));

    public void Remove(PersistentVolume volume) => _volumes.Remove(volume.Metadata.Name!);

    public void Remove(StorageClass storageClass) => _classes.Remove(storageClass.Metadata.Name!);

    public void Remove(CSINode node) => _drivers.Remove(node.Metadata.Name!);

    public PersistentVolumeClaim? Claim(string ns, string name) => _claims.GetValueOrDefault((ns, name));

    public StorageClass? ClassOf(PersistentVolumeClaim claim)
    {
        if (claim.Spec.StorageClassName is { } name)
            return _classes.GetValueOrDefault(name);
        foreach (var (_, candidate) in _classes)
            if (
                candidate.Metadata.Annotations.GetValueOrDefault("storageclass.kubernetes.io/is-default-class")
                == "true"
            )
                return candidate;
        return null;
    }

    /// <summary>
    /// What stops the pod on every node alike: a missing claim, or one that must be bound first. Null when nothing
    /// does.
    /// </summary>
    public string? Blocks(PodShape shape)
    {
        foreach (var mount in shape.Volumes)
        {
            if (Claim(shape.Namespace, mount.Claim) is not { } claim)
                return mount.Ephemeral
                    ? $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{mount.Claim}\""
                    : $"persistentvolumeclaim \"{mount.Claim}\" not found";
            if (claim.Metadata.IsDeleting)
                return $"persistentvolumeclaim \"{mount.Claim}\" is being deleted";
            if (claim.Status?.Phase == "Lost")
                return $"persistentvolumeclaim \"{mount.Claim}\" bound to non-existent persistentvolume \"{claim.Spec.VolumeName}\"";
            if (string.IsNullOrEmpty(claim.Spec.VolumeName) && !Waits(claim))
                return "pod has unbound immediate PersistentVolumeClaims";
        }
        return null;
    }

    public Refusal? Refuses(PodShape shape, NodeRow row)
    {
        foreach (var mount in shape.Volumes)
        {
            if (Claim(shape.Namespace, mount.Claim) is not { } claim)
                return Refusal.NoVolume;
            if (!string.IsNullOrEmpty(claim.Spec.VolumeName))
            {
                if (!_volumes.TryGetValue(claim.Spec.VolumeName, out var volume))
                    return Refusal.NoVolume;
                if (volume.Spec.NodeAffinity?.Required is { } required && !Matching.NodeSelector(required, row.Node!))
                    return Refusal.VolumeZone;
            }
            else if (!CanProvide(claim, row.Node!))
                return Refusal.NoVolume;
        }
        return Limits(shape, row);
    }

    /// <summary>A claim of a class that waits for its first consumer and has no volume yet.</summary>
    public bool Waits(PersistentVolumeClaim claim) =>
        string.IsNullOrEmpty(claim.Spec.VolumeName) && ClassOf(claim)?.VolumeBindingMode == "WaitForFirstConsumer";

    private bool CanProvide(PersistentVolumeClaim claim, Node node)
    {
        if (ClassOf(claim) is not { } storage)
            return false;
        foreach (var (_, volume) in _volumes)
            if (
                Suits(volume, claim)
                && (volume.Spec.NodeAffinity?.Required is not { } required || Matching.NodeSelector(required, node))
            )
                return true;
        return storage.Provisioner != "kubernetes.io/no-provisioner" && Allowed(storage, node);
    }

    /// <summary>A free volume that an unbound claim could take.</summary>
    public static bool Suits(PersistentVolume volume, PersistentVolumeClaim claim) =>
        volume.Spec.ClaimRef is null
        && !volume.Metadata.IsDeleting
        && volume.Status?.Phase is null or "Available"
        && (volume.Spec.StorageClassName ?? "") == (claim.Spec.StorageClassName ?? "")
        && claim.Spec.AccessModes.All(mode => volume.Spec.AccessModes.Contains(mode))
        && volume.Spec.Capacity.Of("storage") >= claim.Spec.Resources.Requests.Of("storage");

    public static bool Allowed(StorageClass storage, Node node)
    {
        if (storage.AllowedTopologies.Count == 0)
            return true;
        foreach (var term in storage.AllowedTopologies)
            if (
                term.MatchLabelExpressions.All(one =>
                    node.Metadata.Labels.TryGetValue(one.Key, out var value) && one.Values.Contains(value)
                )
            )
                return true;
        return false;
    }

    /// <summary>Volumes of one driver that the node can hold, those of the pods already there included.</summary>
    private Refusal? Limits(PodShape shape, NodeRow row)
    {
        if (!_drivers.TryGetValue(row.Name, out var csi))
            return null;
        foreach (var driver in csi.Spec.Drivers)
        {
            if (driver.Allocatable?.Count is not { } limit)
                continue;
            var wanted = new HashSet<string>(StringComparer.Ordinal);
            AddVolumes(shape, driver.Name, wanted);
            if (wanted.Count == 0)
                continue;
            foreach (var count in row.Shapes)
                AddVolumes(count.Shape, driver.Name, wanted);
            if (wanted.Count > limit)
                return Refusal.VolumeCount;
        }
        return null;
    }

    private void AddVolumes(PodShape shape, string driver, HashSet<string> volumes)
    {
        foreach (var mount in shape.Volumes)
        {
            if (Claim(shape.Namespace, mount.Claim) is not { } claim)
                continue;
            if (
                !string.IsNullOrEmpty(claim.Spec.VolumeName)
                && _volumes.TryGetValue(claim.Spec.VolumeName, out var volume)
            )
            {
                if (volume.Spec.Csi?.Driver == driver)
                    volumes.Add(volume.Spec.Csi.VolumeHandle);
            }
            else if (ClassOf(claim)?.Provisioner == driver)
                volumes.Add($"{shape.Namespace}/{mount.Claim}");
        }
    }
}
