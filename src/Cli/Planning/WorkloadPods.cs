using System.Globalization;
using Tenon.Api;
using Tenon.Api.Apps;
using Tenon.Api.Batch;
using Tenon.Api.Core;

namespace Tenon.Cli.Planning;

/// <summary>
/// The pods that workloads would have. A workload of n replicas yields <c>name-0</c> to <c>name-(n-1)</c>, unless the
/// input already holds pods of it, as a dump of a running cluster does.
/// </summary>
static class WorkloadPods
{
    /// <summary>A workload larger than this is a slip of the pen.</summary>
    public const int MostReplicas = 1_000_000;

    public static IEnumerable<Pod> Of(IReadOnlyList<IKubeObject> objects)
    {
        var owners = Owners(objects);
        foreach (var item in objects)
        {
            var (template, count, owner) = item switch
            {
                Deployment it => (it.Spec.Template, it.Spec.Replicas ?? 1, "ReplicaSet"),
                ReplicaSet it when !IsOwned(it) => (it.Spec.Template, it.Spec.Replicas ?? 1, "ReplicaSet"),
                ReplicationController it => (it.Spec.Template, it.Spec.Replicas ?? 1, "ReplicationController"),
                StatefulSet it => (it.Spec.Template, it.Spec.Replicas ?? 1, "StatefulSet"),
                Job it when !IsOwned(it) => (it.Spec.Template, Parallel(it), "Job"),
                _ => (null, 0, ""),
            };
            if (
                template is null
                || owners.Contains((item.Kind, item.Metadata.Namespace ?? "", item.Metadata.Name ?? ""))
            )
                continue;
            for (var index = 0; index < Math.Min(count, MostReplicas); index++)
                yield return Replica(item, template, owner, index);
        }
    }

    /// <summary>One pod that stands for a DaemonSet: what every new node must have room for.</summary>
    public static IEnumerable<Pod> OfDaemonSets(IEnumerable<IKubeObject> objects) =>
        objects.OfType<DaemonSet>().Select(set => Replica(set, set.Spec.Template, "DaemonSet", null));

    /// <summary>The claims that the replicas of a StatefulSet bring with them.</summary>
    public static IEnumerable<PersistentVolumeClaim> ClaimsOf(IEnumerable<IKubeObject> objects) =>
        from set in objects.OfType<StatefulSet>()
        from index in Enumerable.Range(0, Math.Min(set.Spec.Replicas ?? 1, MostReplicas))
        from claim in set.Spec.VolumeClaimTemplates
        select claim.With(
            claim.Metadata with
            {
                Name = $"{claim.Metadata.Name}-{set.Metadata.Name}-{index}",
                Namespace = set.Metadata.Namespace,
            }
        );

    static int Parallel(Job job) => Math.Min(job.Spec.Parallelism ?? 1, job.Spec.Completions ?? int.MaxValue);

    static bool IsOwned(IKubeObject item) => item.Metadata.OwnerReferences.Any(owner => owner.Controller == true);

    /// <summary>Workloads that some pod of the input belongs to, through its ReplicaSet where there is one.</summary>
    static HashSet<(string Kind, string Namespace, string Name)> Owners(IReadOnlyList<IKubeObject> objects)
    {
        var owners = new HashSet<(string, string, string)>();
        foreach (var pod in objects.OfType<Pod>())
        foreach (var owner in pod.Metadata.OwnerReferences)
            owners.Add((owner.Kind, pod.Metadata.Namespace ?? "", owner.Name));
        foreach (var set in objects.OfType<ReplicaSet>())
            if (owners.Contains((set.Kind, set.Metadata.Namespace ?? "", set.Metadata.Name ?? "")))
                foreach (var owner in set.Metadata.OwnerReferences)
                    owners.Add((owner.Kind, set.Metadata.Namespace ?? "", owner.Name));
        return owners;
    }

    static Pod Replica(IKubeObject workload, PodTemplateSpec template, string ownerKind, int? index)
    {
        var name = index is { } number
            ? $"{workload.Metadata.Name}-{number.ToString(CultureInfo.InvariantCulture)}"
            : workload.Metadata.Name ?? "";
        return new Pod
        {
            Metadata = (template.Metadata ?? ObjectMeta.Empty) with
            {
                Name = name,
                Namespace = workload.Metadata.Namespace,
                Uid = $"{workload.Metadata.Namespace}/{workload.Kind}/{name}",
                OwnerReferences =
                [
                    new OwnerReference
                    {
                        ApiVersion =
                            ownerKind == "ReplicationController" ? "v1"
                            : ownerKind == "Job" ? "batch/v1"
                            : "apps/v1",
                        Kind = ownerKind,
                        Name = workload.Metadata.Name ?? "",
                        Uid =
                            workload.Metadata.Uid
                            ?? $"{workload.Metadata.Namespace}/{workload.Kind}/{workload.Metadata.Name}",
                        Controller = true,
                        BlockOwnerDeletion = true,
                    },
                ],
            },
            Spec = WithClaims(template.Spec, workload, index),
            Status = Unschedulable,
        };
    }

    static PodSpec WithClaims(PodSpec spec, IKubeObject workload, int? index)
    {
        if (workload is not StatefulSet { Spec.VolumeClaimTemplates: [_, ..] claims } || index is not { } number)
            return spec;
        var own = claims.Select(claim => new Volume
        {
            Name = claim.Metadata.Name ?? "",
            PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource
            {
                ClaimName = $"{claim.Metadata.Name}-{workload.Metadata.Name}-{number}",
            },
        });
        return spec with
        {
            Volumes =
            [
                .. spec.Volumes.Where(volume => claims.All(claim => claim.Metadata.Name != volume.Name)),
                .. own,
            ],
        };
    }

    /// <summary>What kube-scheduler would have written: without it nobody would look for a machine.</summary>
    static readonly PodStatus Unschedulable = new()
    {
        Phase = "Pending",
        Conditions =
        [
            new Condition
            {
                Type = "PodScheduled",
                Status = "False",
                Reason = "Unschedulable",
            },
        ],
    };
}
