using Tenon.Api.Core;

namespace Tenon.Domain.Pods;

/// <summary>
/// What a pod asks of a node, as kube-scheduler adds it up (KEP-753 sidecars, KEP-2837 pod level, KEP-1287 resize).
/// </summary>
public static class PodResources
{
    private static readonly ResourceList OnePod = ResourceList.From([new("pods", Quantity.FromUnits(1))]);

    /// <summary>The effective requests without the implicit <c>pods: 1</c>.</summary>
    public static ResourceList Requests(Pod pod)
    {
        var spec = pod.Spec;
        var infeasible = pod.Status.Conditions.Any(it => it is { Type: "PodResizePending", Reason: "Infeasible" });
        var running = ResourceList.Empty;
        foreach (var container in spec.Containers)
            running += Requests(container, StatusOf(pod.Status.ContainerStatuses, container), infeasible);
        var sidecars = ResourceList.Empty;
        var peak = ResourceList.Empty;
        foreach (var container in spec.InitContainers)
        {
            if (container.RestartPolicy == "Always")
            {
                var own = Requests(container, StatusOf(pod.Status.InitContainerStatuses, container), infeasible);
                running += own;
                sidecars += own;
                peak = ResourceList.Max(peak, sidecars);
            }
            else
            {
                peak = ResourceList.Max(peak, sidecars + container.Resources.Requests);
            }
        }
        var total = spec.InitContainers.Count == 0 ? running : ResourceList.Max(running, peak);
        if (spec.Resources is { Requests: { Count: > 0 } podLevel })
            total = Replace(total, podLevel);
        return spec.Overhead.Count == 0 ? total : total + spec.Overhead;
    }

    /// <summary>The effective requests and one of the node's pod slots.</summary>
    public static ResourceList RequestsWithSlot(Pod pod) => Requests(pod) + OnePod;

    /// <summary>
    /// A template pod whose limits stand in for missing requests, container by container: what the API server does to a
    /// real pod and nobody did to the template of a DaemonSet.
    /// </summary>
    public static PodSpec WithLimitsAsRequests(PodSpec spec) =>
        spec with
        {
            Containers = [.. spec.Containers.Select(WithLimitsAsRequests)],
            InitContainers = [.. spec.InitContainers.Select(WithLimitsAsRequests)],
        };

    private static Container WithLimitsAsRequests(Container container)
    {
        var missing = container
            .Resources.Limits.Where(limit => !container.Resources.Requests.ContainsKey(limit.Key))
            .ToList();
        if (missing.Count == 0)
            return container;
        var requests = ResourceList.From(container.Resources.Requests.Concat(missing));
        return container with { Resources = container.Resources with { Requests = requests } };
    }

    private static ResourceList Requests(Container container, ContainerStatus? status, bool infeasible)
    {
        if (status?.Resources is not { } actuated)
            return container.Resources.Requests;
        var running = ResourceList.Max(actuated.Requests, status.AllocatedResources);
        return infeasible ? running : ResourceList.Max(container.Resources.Requests, running);
    }

    private static ContainerStatus? StatusOf(IReadOnlyList<ContainerStatus> statuses, Container container)
    {
        for (var i = 0; i < statuses.Count; i++)
            if (statuses[i].Name == container.Name)
                return statuses[i];
        return null;
    }

    private static ResourceList Replace(ResourceList total, ResourceList podLevel)
    {
        var replaced = total.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        foreach (var (name, quantity) in podLevel)
            if (name is "cpu" or "memory" || name.StartsWith("hugepages-", StringComparison.Ordinal))
                replaced[name] = quantity;
        return ResourceList.From(replaced);
    }
}
