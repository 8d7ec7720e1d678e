using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// kube-scheduler's scores with its default weights: resources fit (least allocated) 1, balanced allocation 1, topology
/// spread 2, pod affinity 2, node affinity 2, taints 3. Image locality is left out: simulated nodes hold no images.
/// Equal scores go to the node whose name comes first, where upstream rolls a die.
/// </summary>
internal static class NodeScores
{
    private const int Full = 100;

    public static NodeRow Best(ShapeCounts counts, List<NodeRow> feasible)
    {
        if (feasible.Count == 1)
            return feasible[0];
        var shape = counts.Shape;
        var scores = new long[feasible.Count];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = LeastAllocated(shape, feasible[i]) + Balanced(shape, feasible[i]);
        if (counts.Soft.Length > 0)
            AddSpread(counts, feasible, scores);
        if (!counts.Pull.IsEmpty)
            AddScaled(
                scores,
                feasible,
                weight: 2,
                reversed: false,
                row => counts.Pull.Over(row.Node!.Metadata.Labels),
                fromZero: false
            );
        if (shape.Spec.Affinity?.NodeAffinity?.Preferred is { Count: > 0 } wishes)
            AddScaled(scores, feasible, weight: 2, reversed: false, row => Wished(wishes, row.Node!), fromZero: true);
        if (feasible.Exists(static row => row.HasTaints))
            AddScaled(
                scores,
                feasible,
                weight: 3,
                reversed: true,
                row => Disliked(shape.Spec, row.Node!),
                fromZero: true
            );
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
            if (
                scores[i] > scores[best]
                || (scores[i] == scores[best] && string.CompareOrdinal(feasible[i].Name, feasible[best].Name) < 0)
            )
                best = i;
        return feasible[best];
    }

    private static long LeastAllocated(PodShape shape, NodeRow row)
    {
        var cpu = Free(
            ResourceTable.At(row.Allocatable, ResourceTable.Cpu),
            row.UsedCpuForScore + SchedulerCache.ScoredCpu(shape)
        );
        var memory = Free(
            ResourceTable.At(row.Allocatable, ResourceTable.Memory),
            row.UsedMemoryForScore + SchedulerCache.ScoredMemory(shape)
        );
        return (cpu + memory) / 2;
    }

    private static long Free(long has, long used) => has == 0 || used > has ? 0 : (has - used) * Full / has;

    private static long Balanced(PodShape shape, NodeRow row)
    {
        var cpu = Share(row, ResourceTable.Cpu, shape);
        var memory = Share(row, ResourceTable.Memory, shape);
        return Full - Math.Abs(cpu - memory) / 2;
    }

    private static long Share(NodeRow row, int resource, PodShape shape)
    {
        var has = ResourceTable.At(row.Allocatable, resource);
        var used = ResourceTable.At(row.Used, resource) + shape.Requests[resource];
        return has == 0 ? Full : Math.Min(Full, used * Full / has);
    }

    /// <summary>Fewer matching pods is better; rare domains weigh more, by the logarithm that upstream uses.</summary>
    private static void AddSpread(ShapeCounts counts, List<NodeRow> feasible, long[] scores)
    {
        var weights = counts.Soft.Select(domain => Math.Log(domain.Domains + 2)).ToArray();
        var raw = new long[feasible.Count];
        var (least, most) = (long.MaxValue, 0L);
        for (var i = 0; i < raw.Length; i++)
        {
            double sum = 0;
            for (var d = 0; d < weights.Length; d++)
                sum += counts.Soft[d].In(feasible[i]) * weights[d] + (counts.Soft[d].Rule.MaxSkew - 1);
            raw[i] = (long)Math.Round(sum);
            least = Math.Min(least, raw[i]);
            most = Math.Max(most, raw[i]);
        }
        for (var i = 0; i < raw.Length; i++)
            scores[i] += 2 * (most == 0 ? Full : Full * (most + least - raw[i]) / most);
    }

    private static void AddScaled(
        long[] scores,
        List<NodeRow> feasible,
        int weight,
        bool reversed,
        Func<NodeRow, long> score,
        bool fromZero
    )
    {
        var raw = new long[feasible.Count];
        for (var i = 0; i < raw.Length; i++)
            raw[i] = score(feasible[i]);
        var least = fromZero ? 0 : raw.Min();
        var range = raw.Max() - least;
        for (var i = 0; i < raw.Length; i++)
        {
            var scaled = range == 0 ? 0 : Full * (raw[i] - least) / range;
            scores[i] += weight * (reversed ? Full - scaled : scaled);
        }
    }

    private static long Wished(IReadOnlyList<PreferredSchedulingTerm> wishes, Node node)
    {
        long sum = 0;
        foreach (var wish in wishes)
            if (wish.Weight != 0 && Matching.Term(wish.Preference, node))
                sum += wish.Weight;
        return sum;
    }

    private static long Disliked(PodSpec spec, Node node)
    {
        long count = 0;
        foreach (var taint in node.Spec.Taints)
            if (taint.Effect == "PreferNoSchedule" && !Matching.Tolerated(taint, spec.Tolerations))
                count++;
        return count;
    }
}
