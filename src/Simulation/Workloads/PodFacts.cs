using Tenon.Api.Core;

namespace Tenon.Simulation.Workloads;

/// <summary>What workload controllers ask about a pod.</summary>
internal static class PodFacts
{
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    public static bool IsActive(this Pod pod) => !pod.IsFinished() && !pod.Metadata.IsDeleting;

    public static bool IsAssigned(this Pod pod) => !string.IsNullOrEmpty(pod.Spec.NodeName);

    public static bool IsReady(this Pod pod) => pod.Condition("Ready")?.Status == "True";

    public static bool IsAvailable(this Pod pod, int? minReadySeconds, DateTimeOffset now) =>
        pod.Condition("Ready") is { Status: "True" } ready
        && (
            minReadySeconds is not > 0
            || (ready.LastTransitionTime ?? now) + TimeSpan.FromSeconds(minReadySeconds.Value) <= now
        );

    public static Condition? Condition(this Pod pod, string type)
    {
        foreach (var condition in pod.Status.Conditions)
            if (condition.Type == type)
                return condition;
        return null;
    }

    public static OwnerReference? Controller(this ObjectMeta metadata)
    {
        foreach (var owner in metadata.OwnerReferences)
            if (owner.Controller == true)
                return owner;
        return null;
    }

    /// <summary>
    /// Upstream's order of removal: unassigned before assigned, pending before unknown before running, not ready before
    /// ready, cheaper deletion cost, more crowded node, ready for a shorter time, more restarts, younger; then by name.
    /// </summary>
    public static IEnumerable<Pod> InRemovalOrder(IReadOnlyCollection<Pod> pods)
    {
        var crowd = pods.Where(pod => pod.IsAssigned())
            .CountBy(pod => pod.Spec.NodeName!)
            .ToDictionary(StringComparer.Ordinal);
        return pods.OrderBy(pod => pod.IsAssigned())
            .ThenBy(pod =>
                pod.Status.Phase switch
                {
                    "Pending" or null => 0,
                    "Unknown" => 1,
                    _ => 2,
                }
            )
            .ThenBy(pod => pod.IsReady())
            .ThenBy(DeletionCost)
            .ThenByDescending(pod => pod.IsAssigned() ? crowd[pod.Spec.NodeName!] : 0)
            .ThenByDescending(pod => pod.Condition("Ready")?.LastTransitionTime ?? DateTimeOffset.MinValue)
            .ThenByDescending(pod => pod.Status.ContainerStatuses.Sum(container => container.RestartCount))
            .ThenByDescending(pod => pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal);
    }

    private static long DeletionCost(Pod pod) =>
        pod.Metadata.Annotations.TryGetValue("controller.kubernetes.io/pod-deletion-cost", out var text)
        && long.TryParse(text, out var cost)
            ? cost
            : 0;
}
