using Tenon.Api.Core;
using Tenon.Api.Storage;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Scheduler;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Gives claims their volumes: an existing one that suits, else a new one from the class's provisioner, in the zone of
/// the node that the scheduler chose where the class waits for its first consumer.
/// </summary>
internal sealed class VolumeBinder(Informers informers, ClusterEvents events, TimeProvider time)
    : IReconciler<ObjectKey>
{
    public const string SelectedNode = "volume.kubernetes.io/selected-node";
    private const string Name = "persistentvolume-controller";
    private const string Zone = "topology.kubernetes.io/zone";
    private static readonly TimeSpan Provisioning = TimeSpan.FromSeconds(2);

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<PersistentVolumeClaim> _claims = informers.Of<PersistentVolumeClaim>();
    private readonly Informer<PersistentVolume> _volumes = informers.Of<PersistentVolume>();
    private readonly Informer<StorageClass> _classes = informers.Of<StorageClass>();
    private readonly Informer<Node> _nodes = informers.Of<Node>();

    public static void AddTo(ControllerHost host, ClusterEvents events, TimeProvider time)
    {
        var binder = new VolumeBinder(host.Informers, events, time);
        host.Add(
            new ControllerOptions { Name = "volumebinder" },
            binder,
            Source.Of(host.Informers.Of<PersistentVolumeClaim>()),
            Source.Of<PersistentVolume, ObjectKey>(
                host.Informers.Of<PersistentVolume>(),
                change =>
                    change.Item.Spec.ClaimRef is { Name: { } claim } reference
                        ? [new ObjectKey(reference.Namespace, claim)]
                        : []
            )
        );
    }

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_claims.Get(key.Namespace, key.Name) is not { } claim)
        {
            await ReleaseAsync(key, cancel);
            return Requeue.Never;
        }
        if (!string.IsNullOrEmpty(claim.Spec.VolumeName))
            return await SettleAsync(claim, cancel);
        if (claim.Metadata.IsDeleting)
            return Requeue.Never;
        var storage = ClassOf(claim);
        var node = claim.Metadata.Annotations.TryGetValue(SelectedNode, out var selected)
            ? _nodes.Get(null, selected)
            : null;
        if (storage?.VolumeBindingMode == "WaitForFirstConsumer" && node is null)
        {
            events.Tell(
                claim,
                "Normal",
                "WaitForFirstConsumer",
                "waiting for first consumer to be created before binding",
                Name
            );
            return Requeue.Never;
        }
        foreach (var volume in _volumes.All)
            if (
                VolumeView.Suits(volume, claim)
                && (
                    node is null
                    || volume.Spec.NodeAffinity?.Required is not { } required
                    || Matching.NodeSelector(required, node)
                )
            )
                return await BindAsync(claim, volume, cancel);
        if (storage is null || storage.Provisioner == "kubernetes.io/no-provisioner")
            return Requeue.Never;
        var age = time.GetUtcNow() - (claim.Metadata.CreationTimestamp ?? time.GetUtcNow());
        if (node is null && age < Provisioning)
            return Requeue.In(Provisioning - age);
        return await ProvisionAsync(claim, storage, node, cancel);
    }

    private async ValueTask<Requeue> ProvisionAsync(
        PersistentVolumeClaim claim,
        StorageClass storage,
        Node? node,
        CancellationToken cancel
    )
    {
        var volumeName = $"pvc-{claim.Metadata.Uid}";
        var zone = node?.Metadata.Labels.GetValueOrDefault(Zone) ?? AllowedZones(storage).FirstOrDefault() ?? AnyZone();
        var made = await _client.CreateAsync(
            new PersistentVolume
            {
                Metadata = new ObjectMeta { Name = volumeName },
                Spec = new PersistentVolumeSpec
                {
                    Capacity = claim.Spec.Resources.Requests,
                    AccessModes = claim.Spec.AccessModes,
                    StorageClassName = storage.Metadata.Name,
                    PersistentVolumeReclaimPolicy = storage.ReclaimPolicy ?? "Delete",
                    VolumeMode = claim.Spec.VolumeMode ?? "Filesystem",
                    Csi = new CsiPersistentVolumeSource
                    {
                        Driver = storage.Provisioner,
                        VolumeHandle = $"vol-{claim.Metadata.Uid}",
                    },
                    ClaimRef = Reference(claim),
                    NodeAffinity = zone is null
                        ? null
                        : new VolumeNodeAffinity
                        {
                            Required = new NodeSelector
                            {
                                NodeSelectorTerms =
                                [
                                    new NodeSelectorTerm
                                    {
                                        MatchExpressions =
                                        [
                                            new NodeSelectorRequirement
                                            {
                                                Key = Zone,
                                                Operator = "In",
                                                Values = [zone],
                                            },
                                        ],
                                    },
                                ],
                            },
                        },
                },
            },
            cancel
        );
        if (!made.IsOk && !made.Is(KubeErrorKind.AlreadyExists))
            throw new KubeException(made.Error);
        events.Tell(claim, "Normal", "ProvisioningSucceeded", $"Successfully provisioned volume {volumeName}", Name);
        (await _client.UpdateAsync(Bound(claim, volumeName, storage.Metadata.Name), cancel)).OrThrow();
        return Requeue.Never;
    }

    private async ValueTask<Requeue> BindAsync(
        PersistentVolumeClaim claim,
        PersistentVolume volume,
        CancellationToken cancel
    )
    {
        (
            await _client.UpdateAsync(volume with { Spec = volume.Spec with { ClaimRef = Reference(claim) } }, cancel)
        ).OrThrow();
        (await _client.UpdateAsync(Bound(claim, volume.Metadata.Name!, claim.Spec.StorageClassName), cancel)).OrThrow();
        return Requeue.Never;
    }

    /// <summary>The claim names a volume: both say so in their status, or the claim is lost.</summary>
    private async ValueTask<Requeue> SettleAsync(PersistentVolumeClaim claim, CancellationToken cancel)
    {
        if (_volumes.Get(null, claim.Spec.VolumeName!) is not { } volume)
            return Requeue.Never;
        if (volume.Status?.Phase != "Bound")
            await _client.UpdateStatusAsync(
                volume with
                {
                    Status = new PersistentVolumeStatus { Phase = "Bound" },
                },
                cancel
            );
        if (claim.Status?.Phase == "Bound")
            return Requeue.Never;
        var status = new PersistentVolumeClaimStatus
        {
            Phase = "Bound",
            AccessModes = volume.Spec.AccessModes,
            Capacity = volume.Spec.Capacity,
        };
        var written = await _client.UpdateStatusAsync(claim with { Status = status }, cancel);
        if (!written.IsOk && !written.IsNotFound)
            throw new KubeException(written.Error);
        return Requeue.Never;
    }

    private async ValueTask ReleaseAsync(ObjectKey key, CancellationToken cancel)
    {
        foreach (
            var volume in _volumes
                .All.Where(volume =>
                    volume.Spec.ClaimRef?.Name == key.Name && volume.Spec.ClaimRef.Namespace == key.Namespace
                )
                .ToList()
        )
            if (volume.Spec.PersistentVolumeReclaimPolicy == "Delete")
                await _client.DeleteAsync<PersistentVolume>(null, volume.Metadata.Name!, null, cancel);
            else
                await _client.UpdateStatusAsync(
                    volume with
                    {
                        Status = new PersistentVolumeStatus { Phase = "Released" },
                    },
                    cancel
                );
    }

    private StorageClass? ClassOf(PersistentVolumeClaim claim) =>
        claim.Spec.StorageClassName is { } name
            ? _classes.Get(null, name)
            : _classes.All.FirstOrDefault(one =>
                one.Metadata.Annotations.GetValueOrDefault("storageclass.kubernetes.io/is-default-class") == "true"
            );

    private static PersistentVolumeClaim Bound(PersistentVolumeClaim claim, string volume, string? storage) =>
        claim with
        {
            Spec = claim.Spec with { VolumeName = volume, StorageClassName = storage },
        };

    private string? AnyZone() =>
        _nodes
            .All.Select(node => node.Metadata.Labels.GetValueOrDefault(Zone))
            .OfType<string>()
            .Min(StringComparer.Ordinal);

    private static IEnumerable<string> AllowedZones(StorageClass storage) =>
        storage
            .AllowedTopologies.SelectMany(term => term.MatchLabelExpressions)
            .Where(one => one.Key == Zone)
            .SelectMany(one => one.Values);

    private static ObjectReference Reference(PersistentVolumeClaim claim) =>
        new()
        {
            ApiVersion = "v1",
            Kind = "PersistentVolumeClaim",
            Name = claim.Metadata.Name,
            Namespace = claim.Metadata.Namespace,
            Uid = claim.Metadata.Uid,
        };
}
