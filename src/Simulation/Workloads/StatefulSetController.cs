using System.Globalization;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Numbered pods with their own claims, made and renewed one after the other, or all at once where the policy says so.
/// </summary>
internal sealed class StatefulSetController(Informers informers, PodControl pods, TimeProvider time)
    : IReconciler<ObjectKey>
{
    private const string Name = "statefulset-controller";
    private const string RevisionLabel = "controller-revision-hash";

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<StatefulSet> _sets = informers.Of<StatefulSet>();
    private readonly Informer<PersistentVolumeClaim> _claims = informers.Of<PersistentVolumeClaim>();

    public static void AddTo(ControllerHost host, PodControl pods, TimeProvider time) =>
        host.Add(
            new ControllerOptions { Name = "statefulset" },
            new StatefulSetController(host.Informers, pods, time),
            Source.Of(host.Informers.Of<StatefulSet>()),
            Owners.Of(host.Informers.Of<Pod>(), "StatefulSet")
        );

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Get(key.Namespace, key.Name) is not { } set || set.Metadata.IsDeleting)
            return Requeue.Never;
        var revision = $"{set.Metadata.Name}-{Templates.Hash(set.Spec.Template, set.Status.CollisionCount ?? 0)}";
        var current = set.Status.CurrentRevision ?? revision;
        if (pods.IsSettled(set))
            await StepAsync(set, revision, cancel);
        return await ReportAsync(set, current, revision, cancel);
    }

    private async ValueTask StepAsync(StatefulSet set, string revision, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var (start, count) = (set.Spec.Ordinals?.Start ?? 0, set.Spec.Replicas ?? 1);
        var byOrdinal = pods.Of(set).ToDictionary(Ordinal);
        var parallel = set.Spec.PodManagementPolicy == "Parallel";
        for (var ordinal = start; ordinal < start + count; ordinal++)
        {
            var pod = byOrdinal.GetValueOrDefault(ordinal);
            if (pod is null)
                await MakeAsync(set, ordinal, revision, cancel);
            else if (pod.IsFinished() && !pod.Metadata.IsDeleting)
                await pods.DeleteAsync(set, pod, Name, cancel);
            // Each waits for the one before it.
            if (
                !parallel && (pod is null || pod.Metadata.IsDeleting || !pod.IsAvailable(set.Spec.MinReadySeconds, now))
            )
                return;
        }
        foreach (
            var (_, pod) in byOrdinal
                .Where(pair => pair.Key < start || pair.Key >= start + count)
                .OrderByDescending(pair => pair.Key)
        )
        {
            await pods.DeleteAsync(set, pod, Name, cancel);
            if (!parallel)
                return;
        }
        if (set.Spec.UpdateStrategy?.Type != "OnDelete")
            await RenewAsync(set, byOrdinal, revision, now, cancel);
    }

    /// <summary>
    /// From the highest number down, one at a time (or as many as may be unavailable), not below the partition.
    /// </summary>
    private async ValueTask RenewAsync(
        StatefulSet set,
        Dictionary<int, Pod> byOrdinal,
        string revision,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var rolling = set.Spec.UpdateStrategy?.RollingUpdate;
        var first = (set.Spec.Ordinals?.Start ?? 0) + (rolling?.Partition ?? 0);
        var allowed = Math.Max(1, rolling?.MaxUnavailable?.Scaled(set.Spec.Replicas ?? 1, roundUp: true) ?? 1);
        var unavailable = byOrdinal.Values.Count(pod =>
            pod.Metadata.IsDeleting || !pod.IsAvailable(set.Spec.MinReadySeconds, now)
        );
        foreach (var (_, pod) in byOrdinal.Where(pair => pair.Key >= first).OrderByDescending(pair => pair.Key))
        {
            if (pod.Metadata.Labels.GetValueOrDefault(RevisionLabel) == revision)
            {
                if (!pod.IsAvailable(set.Spec.MinReadySeconds, now))
                    return;
                continue;
            }
            if (pod.Metadata.IsDeleting)
                continue;
            var broken = !pod.IsAvailable(set.Spec.MinReadySeconds, now);
            if (!broken && unavailable >= allowed)
                return;
            await pods.DeleteAsync(set, pod, Name, cancel);
            if (!broken)
                unavailable++;
        }
    }

    private async ValueTask MakeAsync(StatefulSet set, int ordinal, string revision, CancellationToken cancel)
    {
        var podName = $"{set.Metadata.Name}-{ordinal.ToString(CultureInfo.InvariantCulture)}";
        var volumes = set.Spec.Template.Spec.Volumes.ToList();
        foreach (var template in set.Spec.VolumeClaimTemplates)
        {
            var claim = $"{template.Metadata.Name}-{podName}";
            volumes.RemoveAll(volume => volume.Name == template.Metadata.Name);
            volumes.Add(
                new Volume
                {
                    Name = template.Metadata.Name!,
                    PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = claim },
                }
            );
            if (_claims.Get(set.Metadata.Namespace, claim) is not null)
                continue;
            await _client.CreateAsync(
                template with
                {
                    Metadata = new ObjectMeta
                    {
                        Name = claim,
                        Namespace = set.Metadata.Namespace,
                        Annotations = template.Metadata.Annotations,
                        Labels = Merge(template.Metadata.Labels, set.Spec.Selector.MatchLabels),
                    },
                },
                cancel
            );
        }
        var pod = Templates.PodOf(set.Spec.Template, podName, "");
        await pods.CreateAsync(
            set,
            pod with
            {
                Metadata = pod.Metadata with
                {
                    GenerateName = null,
                    Labels = Merge(
                        pod.Metadata.Labels,
                        new Dictionary<string, string>
                        {
                            ["statefulset.kubernetes.io/pod-name"] = podName,
                            ["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture),
                            [RevisionLabel] = revision,
                        }
                    ),
                },
                Spec = pod.Spec with { Volumes = volumes, Hostname = podName, Subdomain = set.Spec.ServiceName },
            },
            Name,
            cancel
        );
    }

    private async ValueTask<Requeue> ReportAsync(
        StatefulSet set,
        string current,
        string revision,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var all = pods.Of(set).Where(pod => !pod.IsFinished()).ToList();
        var updated = all.Count(pod =>
            pod.Metadata.Labels.GetValueOrDefault(RevisionLabel) == revision && !pod.Metadata.IsDeleting
        );
        var ready = all.Count(pod => pod.IsReady());
        var available = all.Count(pod => pod.IsAvailable(set.Spec.MinReadySeconds, now));
        var complete = updated == (set.Spec.Replicas ?? 1) && updated == all.Count && ready == updated;
        var status = set.Status with
        {
            ObservedGeneration = set.Metadata.Generation,
            Replicas = all.Count,
            ReadyReplicas = ready,
            AvailableReplicas = available,
            UpdatedReplicas = updated,
            CurrentReplicas = complete
                ? updated
                : all.Count(pod => pod.Metadata.Labels.GetValueOrDefault(RevisionLabel) == current),
            CurrentRevision = complete ? revision : current,
            UpdateRevision = revision,
            CollisionCount = set.Status.CollisionCount ?? 0,
        };
        if (ApiJson.WriteText(status) != ApiJson.WriteText(set.Status))
        {
            var written = await _client.UpdateStatusAsync(set with { Status = status }, cancel);
            if (!written.IsOk && !written.IsNotFound)
                throw new KubeException(written.Error);
        }
        return available < ready ? Requeue.In(TimeSpan.FromSeconds(1)) : Requeue.Never;
    }

    private static int Ordinal(Pod pod) =>
        int.TryParse(pod.Metadata.Name![(pod.Metadata.Name!.LastIndexOf('-') + 1)..], out var ordinal) ? ordinal : -1;

    private static SortedDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> a,
        IReadOnlyDictionary<string, string> b
    )
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in a)
            all[key] = value;
        foreach (var (key, value) in b)
            all[key] = value;
        return all;
    }
}
