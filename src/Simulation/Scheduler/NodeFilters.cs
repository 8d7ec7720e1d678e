using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>kube-scheduler's filters, in its order; the first that refuses speaks for the node.</summary>
internal static class NodeFilters
{
    private const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    /// <summary>What the node object alone decides: cordon, name, taints, labels.</summary>
    public static Refusal? Standing(PodSpec spec, Node node)
    {
        if (
            node.Spec.Unschedulable == true
            && !Matching.Tolerated(new Taint { Key = UnschedulableTaint, Effect = "NoSchedule" }, spec.Tolerations)
        )
            return Refusal.Unschedulable;
        if (!string.IsNullOrEmpty(spec.NodeName) && spec.NodeName != node.Metadata.Name)
            return Refusal.OtherNode;
        if (Matching.Untolerated(node.Spec.Taints, spec.Tolerations) is { } taint)
            return Refusal.Taint(taint.Key, taint.Value);
        return Matching.NodeAffinity(spec, node) ? null : Refusal.NodeAffinity;
    }

    /// <summary>
    /// What the pods on the node, and elsewhere, decide. Reasons go to <paramref name="why"/>; true when there are
    /// none.
    /// </summary>
    public static bool Passes(ShapeCounts counts, NodeRow row, SchedulerCache cache, List<Refusal> why)
    {
        var shape = counts.Shape;
        if (counts.Standing(row) is { } standing)
        {
            why.Add(standing);
            return false;
        }
        if (!PortsFree(shape, row))
        {
            why.Add(Refusal.Ports);
            return false;
        }
        if (!Room(shape, row, cache, why))
            return false;
        if (shape.Volumes.Length > 0 && cache.Volumes.Refuses(shape, row) is { } volume)
        {
            why.Add(volume);
            return false;
        }
        if (!shape.HasTopology && cache.PlacedWithTerms == 0)
            return true;
        if ((Spread(counts, row) ?? Attraction(counts, row, cache)) is not { } topology)
            return true;
        why.Add(topology);
        return false;
    }

    private static bool PortsFree(PodShape shape, NodeRow row)
    {
        foreach (var port in shape.Ports)
        foreach (var taken in row.Ports)
            if (port.Clashes(taken))
                return false;
        return true;
    }

    private static bool Room(PodShape shape, NodeRow row, SchedulerCache cache, List<Refusal> why)
    {
        var before = why.Count;
        var podsAllowed = ResourceTable.At(row.Allocatable, ResourceTable.Pods);
        if (row.Used[ResourceTable.Pods] + 1 > podsAllowed)
            why.Add(Refusal.TooManyPods);
        for (var i = 0; i < shape.Requests.Length; i++)
        {
            if (i == ResourceTable.Pods || shape.Requests[i] == 0)
                continue;
            var has = ResourceTable.At(row.Allocatable, i);
            if (shape.Requests[i] > has - ResourceTable.At(row.Used, i))
                why.Add(Refusal.Insufficient(cache.Resources.NameOf(i), shape.Requests[i] > has));
        }
        return why.Count == before;
    }

    private static Refusal? Spread(ShapeCounts counts, NodeRow row)
    {
        foreach (var domain in counts.Hard)
        {
            if (!domain.Counts(row) && !row.Node!.Metadata.Labels.ContainsKey(domain.Rule.TopologyKey))
                return Refusal.SpreadLabel;
            var self = domain.Rule.Matches(counts.Shape, counts.Shape) ? 1 : 0;
            if (domain.In(row) + self - domain.Least() > domain.Rule.MaxSkew)
                return Refusal.Spread;
        }
        return null;
    }

    private static Refusal? Attraction(ShapeCounts counts, NodeRow row, SchedulerCache cache)
    {
        var shape = counts.Shape;
        var labels = row.Node!.Metadata.Labels;
        for (var i = 0; i < counts.Affinity.Length; i++)
        {
            if (!labels.ContainsKey(shape.Affinity[i].TopologyKey))
                return Refusal.Affinity;
            if (counts.Affinity[i].Of(shape.Affinity[i].TopologyKey, labels) > 0)
                continue;
            // The first pod of a group that is attracted to itself may go anywhere.
            if (
                !counts.Affinity.All(count => count.IsEmpty)
                || !shape.Affinity.All(rule => rule.Matches(shape, cache.LabelsOfNamespace))
            )
                return Refusal.Affinity;
        }
        for (var i = 0; i < counts.AntiAffinity.Length; i++)
            if (counts.AntiAffinity[i].Of(shape.AntiAffinity[i].TopologyKey, labels) > 0)
                return Refusal.AntiAffinity;
        return !counts.Repelled.IsEmpty && counts.Repelled.Over(labels) > 0 ? Refusal.Repelled : null;
    }
}
