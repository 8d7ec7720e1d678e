using Tenon.Api.Core;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// What a pod gives up, one step at a time, when it finds no place: the order is upstream's and part of its behaviour
/// (scheduling specification §9). The pod itself is never changed.
/// </summary>
internal static class Relaxation
{
    private static readonly Toleration PreferNoSchedule = new() { Operator = "Exists", Effect = "PreferNoSchedule" };

    /// <summary>The pod with the next preference gone, or null when only requirements are left.</summary>
    public static Pod? Next(Pod pod, bool toleratePreferNoSchedule) =>
        DropRequiredNodeTerm(pod)
        ?? DropPreferredAffinity(pod)
        ?? DropPreferredAntiAffinity(pod)
        ?? DropPreferredNodeTerm(pod)
        ?? DropSoftSpread(pod)
        ?? (toleratePreferNoSchedule ? ToleratePreferNoSchedule(pod) : null);

    /// <summary>Required terms are alternatives, so all but the last may go.</summary>
    private static Pod? DropRequiredNodeTerm(Pod pod)
    {
        if (pod.Spec.Affinity?.NodeAffinity is not { Required: { NodeSelectorTerms.Count: > 1 } required } node)
            return null;
        var rest = required with { NodeSelectorTerms = [.. required.NodeSelectorTerms.Skip(1)] };
        return With(pod, pod.Spec.Affinity with { NodeAffinity = node with { Required = rest } });
    }

    private static Pod? DropPreferredAffinity(Pod pod)
    {
        if (pod.Spec.Affinity?.PodAffinity is not { Preferred.Count: > 0 } affinity)
            return null;
        return With(
            pod,
            pod.Spec.Affinity with
            {
                PodAffinity = affinity with { Preferred = Lighter(affinity.Preferred) },
            }
        );
    }

    private static Pod? DropPreferredAntiAffinity(Pod pod)
    {
        if (pod.Spec.Affinity?.PodAntiAffinity is not { Preferred.Count: > 0 } anti)
            return null;
        return With(
            pod,
            pod.Spec.Affinity with
            {
                PodAntiAffinity = anti with { Preferred = Lighter(anti.Preferred) },
            }
        );
    }

    private static Pod? DropPreferredNodeTerm(Pod pod)
    {
        if (pod.Spec.Affinity?.NodeAffinity is not { Preferred.Count: > 0 } node)
            return null;
        PreferredSchedulingTerm[] rest = [.. node.Preferred.OrderByDescending(term => term.Weight).Skip(1)];
        return With(pod, pod.Spec.Affinity with { NodeAffinity = node with { Preferred = rest } });
    }

    /// <summary>The last constraint takes the place of the first soft one, as upstream's removal does.</summary>
    private static Pod? DropSoftSpread(Pod pod)
    {
        var spreads = pod.Spec.TopologySpreadConstraints;
        for (var i = 0; i < spreads.Count; i++)
        {
            if (spreads[i].WhenUnsatisfiable != "ScheduleAnyway")
                continue;
            var rest = spreads.ToList();
            rest[i] = rest[^1];
            rest.RemoveAt(rest.Count - 1);
            return pod with { Spec = pod.Spec with { TopologySpreadConstraints = rest } };
        }
        return null;
    }

    private static Pod? ToleratePreferNoSchedule(Pod pod)
    {
        foreach (var has in pod.Spec.Tolerations)
            if (
                string.IsNullOrEmpty(has.Key)
                && string.IsNullOrEmpty(has.Value)
                && has.Operator == PreferNoSchedule.Operator
                && has.Effect == PreferNoSchedule.Effect
            )
                return null;
        return pod with { Spec = pod.Spec with { Tolerations = [.. pod.Spec.Tolerations, PreferNoSchedule] } };
    }

    private static WeightedPodAffinityTerm[] Lighter(IReadOnlyList<WeightedPodAffinityTerm> terms) =>
        [.. terms.OrderByDescending(term => term.Weight).Skip(1)];

    private static Pod With(Pod pod, Affinity affinity) => pod with { Spec = pod.Spec with { Affinity = affinity } };
}
