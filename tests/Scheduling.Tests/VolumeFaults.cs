using Tenon.Api.Core;
using Tenon.Api.Storage;
using Tenon.Scheduling.Lowering;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>Pods whose disks cannot come to be are not served, and learn why in upstream's words.</summary>
public sealed class VolumeFaults
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_claim_that_is_missing_or_going_away_or_lost_its_volume_is_not_served()
    {
        Assert.Equal(
            "getting persistent volume claim, persistentvolumeclaims \"disk\" not found (PersistentVolumeClaim=disk)",
            Fault(null)
        );
        Assert.Equal(
            "persistentvolumeclaim is being deleted (PersistentVolumeClaim=default/disk)",
            Fault(Claim(deleting: true))
        );
        Assert.Equal(
            "persistentvolumeclaim bound to non-existent persistentvolume (PersistentVolume=pv, PersistentVolumeClaim=default/disk)",
            Fault(Claim(volume: "pv", phase: "Lost"))
        );
    }

    [Fact]
    public void A_claim_with_a_volume_needs_that_volume_and_the_bind_completed_annotation()
    {
        Assert.Equal(
            "failed to validate pvc, persistentvolumes \"pv\" not found (PersistentVolume=pv, PersistentVolumeClaim=default/disk, StorageClass=fast)",
            Fault(Claim(volume: "pv", storage: "fast"))
        );
        Assert.Equal(
            "failed to validate pvc, persistentvolume is being deleted (PersistentVolume=pv, PersistentVolumeClaim=default/disk, StorageClass=)",
            Fault(Claim(volume: "pv"), Volume(deleting: true))
        );
        Assert.Equal(
            "pvc is considered unbound because it does not contain annotation (PersistentVolume=pv, PersistentVolumeClaim=disk, annotation=pv.kubernetes.io/bind-completed)",
            Fault(Claim(volume: "pv", isBound: false), Volume())
        );
        // A bound claim does not need its class to exist.
        Assert.Null(Fault(Claim(volume: "pv", storage: "gone"), Volume()));
    }

    [Fact]
    public void An_unbound_claim_needs_a_class_that_waits_for_its_consumer()
    {
        Assert.Equal(
            "unbound pvc must define a storage class (PersistentVolumeClaim=default/disk)",
            Fault(Claim(storage: ""))
        );
        Assert.Equal("unbound pvc must define a storage class (PersistentVolumeClaim=default/disk)", Fault(Claim()));
        Assert.Equal(
            "failed to validate pvc, failed to get storage class, storageclasses.storage.k8s.io \"slow\" not found (PersistentVolumeClaim=default/disk, StorageClass=slow)",
            Fault(Claim(storage: "slow"))
        );
        Assert.Equal(
            "failed to validate pvc, pvc with immediate volume binding mode must be bound (PersistentVolumeClaim=default/disk, StorageClass=now)",
            Fault(Claim(storage: "now"))
        );
        Assert.Null(Fault(Claim(storage: "fast")));
    }

    [Fact]
    public void The_claim_of_an_ephemeral_volume_is_named_after_pod_and_volume()
    {
        var pod = Pod("web") with
        {
            Spec = new PodSpec { Volumes = [new Volume { Name = "scratch", Ephemeral = new EphemeralVolumeSource() }] },
        };
        Assert.Contains("\"web-scratch\" not found", VolumeValidation.Fault(pod, ClusterLookup.Empty));
        Assert.Null(VolumeValidation.Fault(Pod("web"), ClusterLookup.Empty));
    }

    private static string? Fault(PersistentVolumeClaim? claim, params PersistentVolume[] volumes)
    {
        var pod = Pod(
            "web",
            with: spec =>
                spec with
                {
                    Volumes =
                    [
                        new Volume
                        {
                            Name = "data",
                            PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = "disk" },
                        },
                    ],
                }
        );
        var lookup = new ClusterLookup
        {
            Claims = claim is null ? [] : [claim],
            Volumes = volumes,
            Classes =
            [
                new StorageClass
                {
                    Metadata = new ObjectMeta { Name = "now" },
                    VolumeBindingMode = "Immediate",
                },
                new StorageClass
                {
                    Metadata = new ObjectMeta { Name = "fast" },
                    VolumeBindingMode = "WaitForFirstConsumer",
                },
            ],
        };
        return VolumeValidation.Fault(pod, lookup);
    }

    private static PersistentVolumeClaim Claim(
        string? volume = null,
        string? storage = null,
        string phase = "Bound",
        bool deleting = false,
        bool isBound = true
    ) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = "disk",
                Namespace = "default",
                DeletionTimestamp = deleting ? Noon : null,
                Annotations = isBound
                    ? new Dictionary<string, string> { ["pv.kubernetes.io/bind-completed"] = "yes" }
                    : [],
            },
            Spec = new PersistentVolumeClaimSpec { VolumeName = volume, StorageClassName = storage },
            Status = new PersistentVolumeClaimStatus { Phase = phase },
        };

    private static PersistentVolume Volume(bool deleting = false) =>
        new()
        {
            Metadata = new ObjectMeta { Name = "pv", DeletionTimestamp = deleting ? Noon : null },
        };
}
