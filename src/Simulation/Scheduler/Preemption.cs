using System.Collections.Immutable;
using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

internal sealed record PreemptionPlan(NodeRow Node, ImmutableArray<PlacedPod> Victims);

/// <summary>
/// Finds the node where making room costs least, by upstream's order: fewest budget violations, then the lowest highest
/// priority among the victims, then the lowest sum, then the fewest victims, then the node's name.
/// </summary>
internal static class Preemption
{
    /// <summary>Nodes examined per attempt; upstream looks at a tenth of the cluster, a hundred at least.</summary>
    private const int MaxCandidates = 100;

    public static PreemptionPlan? Find(
        ShapeCounts counts,
        List<NodeRow> nodes,
        SchedulerCache cache,
        Func<Pod, bool> isProtected
    )
    {
        var priority = counts.Shape.Priority;
        PreemptionPlan? best = null;
        var bestCost = default((int, int, long, int));
        var looked = 0;
        foreach (var row in nodes)
        {
            if (looked >= MaxCandidates)
                break;
            if (!row.Pods.Values.Any(pod => pod.Shape.Priority < priority))
                continue;
            looked++;
            if (Victims(counts, row, cache, isProtected) is not { Length: > 0 } victims)
                continue;
            var cost = (
                victims.Count(victim => isProtected(victim.Pod)),
                victims.Max(victim => victim.Shape.Priority),
                victims.Sum(victim => (long)victim.Shape.Priority),
                victims.Length
            );
            if (
                best is not null
                && (
                    cost.CompareTo(bestCost) > 0
                    || (cost == bestCost && string.CompareOrdinal(row.Name, best.Node.Name) > 0)
                )
            )
                continue;
            (best, bestCost) = (new PreemptionPlan(row, victims), cost);
        }
        return best;
    }

    /// <summary>
    /// Removes everybody of lower priority, then lets as many as possible stay, the most important first.
    /// </summary>
    private static ImmutableArray<PlacedPod>? Victims(
        ShapeCounts counts,
        NodeRow row,
        SchedulerCache cache,
        Func<Pod, bool> isProtected
    )
    {
        var why = new List<Refusal>();
        var lower = row
            .Pods.Values.Where(pod => pod.Shape.Priority < counts.Shape.Priority)
            .OrderBy(pod => isProtected(pod.Pod) ? 0 : 1)
            .ThenByDescending(pod => pod.Shape.Priority)
            .ThenBy(pod => pod.Pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Pod.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var pod in lower)
            cache.Lift(pod);
        var victims = ImmutableArray.CreateBuilder<PlacedPod>();
        var possible = NodeFilters.Passes(cache.CountsOf(counts.Shape), row, cache, why);
        foreach (var pod in lower)
        {
            cache.Add(pod);
            if (!possible)
                continue;
            why.Clear();
            if (NodeFilters.Passes(cache.CountsOf(counts.Shape), row, cache, why))
                continue;
            cache.Lift(pod);
            victims.Add(pod);
        }
        foreach (var victim in victims)
            cache.Add(victim);
        return possible ? victims.ToImmutable() : null;
    }
}
