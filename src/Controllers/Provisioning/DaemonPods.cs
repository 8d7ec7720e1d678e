using System.Collections.Immutable;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Controllers.Cluster;
using Tenon.Domain.Pods;

namespace Tenon.Controllers.Provisioning;

/// <summary>One pod for each DaemonSet, to know what every new node will have to carry.</summary>
internal static class DaemonPods
{
    public static ImmutableArray<Pod> All(Stores stores) => [.. stores.DaemonSets.All.Select(set => Of(set, stores))];

    /// <summary>
    /// The newest live pod, because admission may have changed it (LimitRange); else the template with limits standing
    /// in for missing requests. The affinity that the DaemonSet controller writes into a live pod pins it to its node,
    /// so the template's takes its place.
    /// </summary>
    internal static Pod Of(DaemonSet set, Stores stores)
    {
        var template = set.Spec.Template;
        var live = stores
            .Pods.ByIndex(Stores.ByOwner, set.Metadata.Uid ?? "")
            .Where(pod => pod.Metadata.Namespace == set.Metadata.Namespace)
            .OrderByDescending(static pod => pod.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue)
            .ThenBy(static pod => pod.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (live is null)
            return new Pod
            {
                Metadata = template.Metadata with
                {
                    Name = set.Metadata.Name,
                    Namespace = set.Metadata.Namespace,
                    Uid = set.Metadata.Uid,
                    OwnerReferences =
                    [
                        new OwnerReference
                        {
                            ApiVersion = "apps/v1",
                            Kind = "DaemonSet",
                            Name = set.Metadata.Name ?? "",
                            Uid = set.Metadata.Uid ?? "",
                        },
                    ],
                },
                Spec = PodResources.WithLimitsAsRequests(template.Spec),
            };
        var affinity = live.Spec.Affinity ?? new Affinity();
        var required = template.Spec.Affinity?.NodeAffinity?.Required;
        var node = (affinity.NodeAffinity ?? new NodeAffinity()) with { Required = required };
        return live with
        {
            Spec = live.Spec with { NodeName = null, Affinity = affinity with { NodeAffinity = node } },
        };
    }
}
