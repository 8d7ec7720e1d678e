using System.Text.Json.Nodes;
using Tenon.Api.Apps;
using Tenon.Api.Autoscaling;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Scales deployments and stateful sets on CPU utilisation. There are no real processes, so the demand comes from a
/// <see cref="LoadModel"/> declared on the autoscaler or its target and is shared by the ready pods.
/// </summary>
internal sealed class HorizontalPodAutoscalerController(
    Informers informers,
    ClusterEvents events,
    TimeProvider time,
    DateTimeOffset began
) : IReconciler<ObjectKey>
{
    private const string Name = "horizontal-pod-autoscaler";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private const double Tolerance = 0.1;

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<HorizontalPodAutoscaler> _autoscalers = informers.Of<HorizontalPodAutoscaler>();
    private readonly Informer<Deployment> _deployments = informers.Of<Deployment>();
    private readonly Informer<StatefulSet> _statefulSets = informers.Of<StatefulSet>();
    private readonly Dictionary<string, List<(DateTimeOffset At, int Replicas)>> _wishes = new(StringComparer.Ordinal);

    public static void AddTo(ControllerHost host, ClusterEvents events, TimeProvider time) =>
        host.Add(
            new ControllerOptions { Name = "horizontalpodautoscaler" },
            new HorizontalPodAutoscalerController(host.Informers, events, time, time.GetUtcNow()),
            Source.Of<HorizontalPodAutoscaler, ObjectKey>(
                host.Informers.Of<HorizontalPodAutoscaler>(),
                change =>
                    change.Old is null || change.Old.Metadata.Generation != change.New?.Metadata.Generation
                        ? [change.Key]
                        : []
            )
        );

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_autoscalers.Get(key.Namespace, key.Name) is not { } autoscaler)
        {
            _wishes.Remove(key.ToString());
            return Requeue.Never;
        }
        if (Target(autoscaler) is not { } target)
        {
            var reference = autoscaler.Spec.ScaleTargetRef;
            await ReportAsync(
                autoscaler,
                null,
                0,
                0,
                null,
                (
                    "AbleToScale",
                    "False",
                    "FailedGetScale",
                    $"the HPA controller was unable to get the target's current scale: {reference.Kind} \"{reference.Name}\" not found"
                ),
                cancel
            );
            return Requeue.In(Period);
        }
        if (target.Replicas == 0)
        {
            await ReportAsync(
                autoscaler,
                null,
                0,
                0,
                null,
                (
                    "ScalingActive",
                    "False",
                    "ScalingDisabled",
                    "scaling is disabled since the replica count of the target is zero"
                ),
                cancel
            );
            return Requeue.In(Period);
        }
        var now = time.GetUtcNow();
        var utilization = Utilization(autoscaler, target, now);
        var wish = Bounded(autoscaler, Wish(autoscaler, target, utilization));
        var desired = Bounded(autoscaler, Stabilized(autoscaler, key.ToString(), target.Replicas, wish, now));
        if (desired != target.Replicas)
            await ScaleAsync(autoscaler, target, desired, cancel);
        await ReportAsync(
            autoscaler,
            utilization,
            target.Replicas,
            desired,
            desired != target.Replicas ? now : null,
            (
                "ScalingActive",
                "True",
                "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)"
            ),
            cancel
        );
        return Requeue.In(Period);
    }

    private (int Replicas, int Ready, IReadOnlyDictionary<string, string> Annotations)? Target(
        HorizontalPodAutoscaler autoscaler
    )
    {
        var (ns, reference) = (autoscaler.Metadata.Namespace, autoscaler.Spec.ScaleTargetRef);
        if (reference.Kind == "Deployment" && _deployments.Get(ns, reference.Name) is { } deployment)
            return (
                deployment.Spec.Replicas ?? 1,
                deployment.Status.ReadyReplicas ?? 0,
                deployment.Metadata.Annotations
            );
        if (reference.Kind == "StatefulSet" && _statefulSets.Get(ns, reference.Name) is { } set)
            return (set.Spec.Replicas ?? 1, set.Status.ReadyReplicas ?? 0, set.Metadata.Annotations);
        return null;
    }

    /// <summary>
    /// Percent of the request that each ready pod uses; null while nothing tells the load or nobody is ready.
    /// </summary>
    private int? Utilization(
        HorizontalPodAutoscaler autoscaler,
        (int Replicas, int Ready, IReadOnlyDictionary<string, string> Annotations) target,
        DateTimeOffset now
    )
    {
        var text =
            autoscaler.Metadata.Annotations.GetValueOrDefault(LoadModel.Annotation)
            ?? target.Annotations.GetValueOrDefault(LoadModel.Annotation);
        if (target.Ready == 0 || LoadModel.Parse(text) is not { } load)
            return null;
        return (int)
            Math.Min(
                1000,
                load.At(now - began, $"{autoscaler.Metadata.Namespace}/{autoscaler.Metadata.Name}") / target.Ready
            );
    }

    private static int Wish(
        HorizontalPodAutoscaler autoscaler,
        (int Replicas, int Ready, IReadOnlyDictionary<string, string>) target,
        int? utilization
    )
    {
        if (utilization is not { } used)
            return target.Replicas;
        var wish = 0;
        foreach (var metric in autoscaler.Spec.Metrics)
        {
            if ((metric.Resource ?? metric.ContainerResource)?.Target.AverageUtilization is not (> 0 and var goal))
                continue;
            var ratio = (double)used / goal;
            wish = Math.Max(
                wish,
                Math.Abs(ratio - 1) <= Tolerance ? target.Replicas : (int)Math.Ceiling(ratio * target.Ready)
            );
        }
        return wish == 0 ? target.Replicas : wish;
    }

    private static int Bounded(HorizontalPodAutoscaler autoscaler, int replicas) =>
        Math.Clamp(
            replicas,
            autoscaler.Spec.MinReplicas ?? 1,
            Math.Max(autoscaler.Spec.MinReplicas ?? 1, autoscaler.Spec.MaxReplicas)
        );

    /// <summary>
    /// Down only as far as the highest wish of the window; up at most to double or four more per period, as upstream's
    /// default.
    /// </summary>
    private int Stabilized(HorizontalPodAutoscaler autoscaler, string key, int current, int wish, DateTimeOffset now)
    {
        if (!_wishes.TryGetValue(key, out var wishes))
            _wishes[key] = wishes = [];
        var window = TimeSpan.FromSeconds(autoscaler.Spec.Behavior?.ScaleDown?.StabilizationWindowSeconds ?? 300);
        wishes.RemoveAll(past => past.At + window < now);
        wishes.Add((now, wish));
        if (wish < current)
            return Math.Min(current, wishes.Max(past => past.Replicas));
        return Math.Min(wish, Math.Max(current * 2, current + 4));
    }

    private async ValueTask ScaleAsync(
        HorizontalPodAutoscaler autoscaler,
        (int Replicas, int, IReadOnlyDictionary<string, string>) target,
        int desired,
        CancellationToken cancel
    )
    {
        var patch = Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = desired } });
        var (ns, reference) = (autoscaler.Metadata.Namespace, autoscaler.Spec.ScaleTargetRef);
        if (reference.Kind == "Deployment")
            (await _client.PatchAsync<Deployment>(ns, reference.Name, patch, cancel)).OrThrow();
        else
            (await _client.PatchAsync<StatefulSet>(ns, reference.Name, patch, cancel)).OrThrow();
        var why =
            desired > target.Replicas
                ? "cpu resource utilization (percentage of request) above target"
                : "All metrics below target";
        events.Tell(autoscaler, "Normal", "SuccessfulRescale", $"New size: {desired}; reason: {why}", Name);
    }

    private async ValueTask ReportAsync(
        HorizontalPodAutoscaler autoscaler,
        int? utilization,
        int current,
        int desired,
        DateTimeOffset? scaled,
        (string Type, string Status, string Reason, string Message) said,
        CancellationToken cancel
    )
    {
        var status = autoscaler.Status with
        {
            ObservedGeneration = autoscaler.Metadata.Generation,
            CurrentReplicas = current,
            DesiredReplicas = desired,
            LastScaleTime = scaled ?? autoscaler.Status.LastScaleTime,
            CurrentMetrics = utilization is { } used
                ?
                [
                    new MetricStatus
                    {
                        Type = "Resource",
                        Resource = new ResourceMetricStatus
                        {
                            Name = "cpu",
                            Current = new MetricValueStatus { AverageUtilization = used },
                        },
                    },
                ]
                : [],
            Conditions = autoscaler.Status.Conditions.With(
                said.Type,
                said.Status,
                said.Reason,
                said.Message,
                time.GetUtcNow()
            ),
        };
        if (ApiJson.WriteText(status) == ApiJson.WriteText(autoscaler.Status))
            return;
        var written = await _client.UpdateStatusAsync(autoscaler with { Status = status }, cancel);
        if (!written.IsOk && !written.IsNotFound)
            throw new KubeException(written.Error);
    }
}
