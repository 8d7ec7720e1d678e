using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Pods;
using Tenon.Scheduling;

namespace Tenon.Bench.Workloads;

/// <summary>Large clusters that stand already.</summary>
public static class ExistingNodes
{
    private static readonly string[] Zones = ["test-zone-1", "test-zone-2", "test-zone-3"];

    /// <summary>
    /// Empty nodes of 16 cores and 64 GiB in three zones, and the reference mix with a twentieth of one-per-host pods.
    /// </summary>
    public static SchedulingInput Input(int pods, int nodes)
    {
        var draws = ReferenceMix
            .Draws(pods)
            .Select(draw => draw.Kind == 'X' && draw.Index % 4 != 0 ? draw with { Kind = 'G', Label = "a" } : draw);
        return ReferenceMix.Input([.. draws.Select(ReferenceMix.Pod)], PreferencePolicy.Respect) with
        {
            Nodes = [.. Enumerable.Range(0, nodes).Select(index => Node(index, Zones[index % 3], 16, 64, []))],
        };
    }

    /// <summary>The reference mix as it runs once it was planned, and one more pod.</summary>
    public static SchedulingInput OneMore(int pods)
    {
        var planned = Scheduler.Schedule(ReferenceMix.Input(pods), SolveLimits.Greedy);
        var nodes = planned.Claims.Select((claim, index) => Running(claim, index)).ToList();
        var bound = nodes.SelectMany(node =>
            node.BoundPods.Select(pod => new BoundPod(pod, node.Name, node.Labels, node.Taints))
        );
        return ReferenceMix.Input([ReferenceMix.Pod(new(pods, 'Z', "a", "a", 500, 512))], PreferencePolicy.Respect) with
        {
            Nodes = [.. nodes],
            Lookup = new ClusterLookup { BoundPods = [.. bound] },
        };
    }

    private static NodeState Running(NewClaim claim, int index)
    {
        var type = claim.Types[0];
        var zone = claim.Requirements.Of(WellKnownLabels.Zone) is { IsComplement: false, Values: [var only, ..] }
            ? only
            : Zones[index % 3];
        var pods = claim.Pods.Select(pod => pod with { Spec = pod.Spec with { NodeName = Name(index) } }).ToArray();
        var used = pods.Aggregate(ResourceList.Empty, (sum, pod) => sum + PodResources.RequestsWithSlot(pod));
        var node = Node(index, zone, (int)type.Capacity.Of("cpu").ToUnits(), 0, pods);
        return node with
        {
            Capacity = type.Capacity,
            Allocatable = type.Allocatable,
            Available = type.Allocatable - used,
        };
    }

    private static NodeState Node(int index, string zone, int cores, int gib, Pod[] pods)
    {
        var size = ResourceList.Create(
            ("cpu", Quantity.FromUnits(cores)),
            ("memory", Quantity.FromBytes((long)gib << 30)),
            ("pods", Quantity.FromUnits(110))
        );
        return new NodeState
        {
            Name = Name(index),
            HostName = Name(index),
            ProviderId = $"bench://{Name(index)}",
            Labels = new Dictionary<string, string>
            {
                [WellKnownLabels.Hostname] = Name(index),
                [WellKnownLabels.Zone] = zone,
                [WellKnownLabels.CapacityType] = CapacityTypes.OnDemand,
                [WellKnownLabels.NodePool] = "default",
                [WellKnownLabels.Arch] = "amd64",
                [WellKnownLabels.Os] = "linux",
                ["testing/cluster"] = "unspecified",
            },
            Capacity = size,
            Allocatable = size,
            Available = size,
            BoundPods = [.. pods],
            IsManaged = true,
            IsInitialized = true,
            NodePool = "default",
        };
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"node-{index:D5}");
}
