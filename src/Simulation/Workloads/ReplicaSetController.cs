using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>Keeps as many pods as wanted; removes in upstream's order when there are too many.</summary>
internal sealed class ReplicaSetController(Informers informers, PodControl pods, TimeProvider time)
    : IReconciler<ObjectKey>
{
    private const string Name = "replicaset-controller";

    /// <summary>Pods made or removed in one go, as upstream.</summary>
    private const int Burst = 500;

    private readonly Informer<ReplicaSet> _sets = informers.Of<ReplicaSet>();

    public static void AddTo(ControllerHost host, PodControl pods, TimeProvider time) =>
        host.Add(
            new ControllerOptions { Name = "replicaset", Workers = 5 },
            new ReplicaSetController(host.Informers, pods, time),
            Source.Of(host.Informers.Of<ReplicaSet>()),
            Owners.Of(host.Informers.Of<Pod>(), "ReplicaSet")
        );

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Get(key.Namespace, key.Name) is not { } set)
            return Requeue.Never;
        var all = pods.Of(set);
        var active = all.Where(pod => pod.IsActive()).ToList();
        if (!set.Metadata.IsDeleting && pods.IsSettled(set))
            await AdjustAsync(set, active, cancel);
        return await ReportAsync(set, active, all.Count(pod => pod.Metadata.IsDeleting && !pod.IsFinished()), cancel);
    }

    private async ValueTask AdjustAsync(ReplicaSet set, List<Pod> active, CancellationToken cancel)
    {
        var missing = (set.Spec.Replicas ?? 1) - active.Count;
        if (missing > 0)
            await pods.CreateInBatchesAsync(
                set,
                Math.Min(missing, Burst),
                _ => Templates.PodOf(set.Spec.Template, null, $"{set.Metadata.Name}-"),
                Name,
                cancel
            );
        else if (missing < 0)
            foreach (var pod in PodFacts.InRemovalOrder(active).Take(Math.Min(-missing, Burst)).ToList())
                await pods.DeleteAsync(set, pod, Name, cancel);
    }

    private async ValueTask<Requeue> ReportAsync(
        ReplicaSet set,
        List<Pod> active,
        int terminating,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var ready = active.Count(pod => pod.IsReady());
        var available = active.Count(pod => pod.IsAvailable(set.Spec.MinReadySeconds, now));
        var status = set.Status with
        {
            Replicas = active.Count,
            FullyLabeledReplicas = Some(
                active.Count(pod =>
                    set.Spec.Template.Metadata.Labels.All(pair =>
                        pod.Metadata.Labels.GetValueOrDefault(pair.Key) == pair.Value
                    )
                )
            ),
            ReadyReplicas = Some(ready),
            AvailableReplicas = Some(available),
            TerminatingReplicas = Some(terminating),
            ObservedGeneration = set.Metadata.Generation,
        };
        if (ApiJson.WriteText(status) != ApiJson.WriteText(set.Status))
        {
            var written = await informers.Client.UpdateStatusAsync(set with { Status = status }, cancel);
            if (!written.IsOk && !written.IsNotFound)
                throw new KubeException(written.Error);
        }
        return available < ready ? Requeue.In(TimeSpan.FromSeconds(1)) : Requeue.Never;
    }

    private static int? Some(int number) => number == 0 ? null : number;
}
