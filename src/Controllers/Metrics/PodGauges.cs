using System.Diagnostics.Metrics;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Measurements = System.Collections.Generic.IEnumerable<System.Diagnostics.Metrics.Measurement<double>>;

namespace Tenon.Controllers.Metrics;

/// <summary>
/// One series for each pod (core API specification §12.3), read off the stores when it is asked for, so that it ends
/// with its pod. Safe from any thread, because what the stores hold is immutable.
/// </summary>
internal sealed class PodGauges
{
    private readonly OperatorContext _context;

    public PodGauges(Meter meter, OperatorContext context)
    {
        _context = context;
        meter.CreateObservableGauge("karpenter_pods_state", PodStates);
        meter.CreateObservableGauge(
            "karpenter_pods_unbound_time_seconds",
            () => Waiting(static pod => pod.Spec.NodeName is not { Length: > 0 }),
            "s"
        );
        meter.CreateObservableGauge(
            "karpenter_pods_unstarted_time_seconds",
            () => Waiting(static pod => pod.Status.Phase is null or "" or "Pending"),
            "s"
        );
    }

    private Measurements PodStates()
    {
        foreach (var pod in _context.Stores.Pods.All)
        {
            var node = pod.Spec.NodeName is { Length: > 0 } name ? _context.Stores.Nodes.Get(null, name) : null;
            var labels = node?.Metadata.Labels ?? ObjectMeta.Empty.Labels;
            yield return new(
                1,
                new("name", pod.Metadata.Name),
                new("namespace", pod.Metadata.Namespace),
                new("owner", Owner(pod)),
                new("node", pod.Spec.NodeName ?? ""),
                new("scheduled", node is null ? "false" : "true"),
                new("nodepool", labels.GetValueOrDefault(WellKnownLabels.NodePool, "")),
                new("zone", labels.GetValueOrDefault(WellKnownLabels.Zone, "")),
                new("arch", labels.GetValueOrDefault(WellKnownLabels.Arch, "")),
                new("capacity_type", labels.GetValueOrDefault(WellKnownLabels.CapacityType, "")),
                new("instance_type", labels.GetValueOrDefault(WellKnownLabels.InstanceType, "")),
                new("phase", pod.Status.Phase ?? ""),
                new("ready", IsReady(pod) ? "true" : "false"),
                new("managed", labels.ContainsKey(WellKnownLabels.NodePool) ? "true" : "false")
            );
        }
    }

    private Measurements Waiting(Func<Pod, bool> stillWaits)
    {
        var now = _context.Time.GetUtcNow();
        foreach (var pod in _context.Stores.Pods.All)
            if (stillWaits(pod) && pod.Metadata.CreationTimestamp is { } born)
                yield return new(
                    (now - born).TotalSeconds,
                    new("name", pod.Metadata.Name),
                    new KeyValuePair<string, object?>("namespace", pod.Metadata.Namespace)
                );
    }

    private static bool IsReady(Pod pod) =>
        pod.Status.Conditions.Any(static it => it is { Type: "Ready", Status: ConditionStatus.True });

    private static string Owner(Pod pod) =>
        pod.Metadata.OwnerReferences is [var owner, ..]
            ? $"/apis/{owner.ApiVersion}/namespaces/{pod.Metadata.Namespace}/{owner.Kind.ToLowerInvariant()}s/{owner.Name}"
            : "";
}
