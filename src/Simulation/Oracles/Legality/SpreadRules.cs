using Tenon.Api.Core;

namespace Tenon.Simulation.Oracles.Legality;

/// <summary>
/// Topology spread with <c>DoNotSchedule</c>: after the pod is placed, its domain may hold at most <c>maxSkew</c>
/// matching pods more than the emptiest domain among the nodes that the constraint counts.
/// </summary>
internal static class SpreadRules
{
    public static Broken? Broken(Pod pod, BoardNode node, LegalityBoard board)
    {
        var hard = pod.Spec.TopologySpreadConstraints.Where(one => one.WhenUnsatisfiable == "DoNotSchedule").ToList();
        foreach (var constraint in hard)
        {
            var key = constraint.TopologyKey;
            if (!node.Labels.TryGetValue(key, out var domain))
                return new("a topology spread", $"the node has no label {key}");
            var selector = Selector(constraint, pod);
            var counted = board.Nodes.Where(other => IsCounted(pod, constraint, other, hard)).ToHashSet();
            var pods = new SortedDictionary<string, int>(StringComparer.Ordinal);
            foreach (var other in counted)
                pods.TryAdd(other.Labels[key], 0);
            foreach (var group in board.Groups)
            {
                if (
                    group.Namespace != pod.Metadata.Namespace
                    || !NodeRules.Holds(selector, group.Sample.Metadata.Labels)
                )
                    continue;
                foreach (var (other, count) in group.Staying)
                    if (counted.Contains(other))
                        pods[other.Labels[key]] += count;
            }
            var least = pods.Count < (constraint.MinDomains ?? 1) || pods.Count == 0 ? 0 : pods.Values.Min();
            var self = NodeRules.Holds(selector, pod.Metadata.Labels) ? 1 : 0;
            var skew = pods.GetValueOrDefault(domain) + self - least;
            if (skew > constraint.MaxSkew)
                return new(
                    "a topology spread",
                    $"{key}={domain} would hold {pods.GetValueOrDefault(domain) + self}, the emptiest holds {least}, maxSkew is {constraint.MaxSkew}"
                );
        }
        return null;
    }

    private static bool IsCounted(
        Pod pod,
        TopologySpreadConstraint constraint,
        BoardNode node,
        List<TopologySpreadConstraint> hard
    )
    {
        if (!hard.TrueForAll(one => node.Labels.ContainsKey(one.TopologyKey)))
            return false;
        if (
            constraint.NodeTaintsPolicy == "Honor"
            && node.Node.Spec.Taints.Any(taint =>
                taint.Effect is "NoSchedule" or "NoExecute" && !NodeRules.Tolerates(pod.Spec, taint)
            )
        )
            return false;
        if (constraint.NodeAffinityPolicy == "Ignore")
            return true;
        return pod.Spec.NodeSelector.All(pair => node.Labels.GetValueOrDefault(pair.Key) == pair.Value)
            && (
                pod.Spec.Affinity?.NodeAffinity?.Required is not { } required
                || required.NodeSelectorTerms.Any(term => NodeRules.Holds(term, node.Node))
            );
    }

    private static LabelSelector? Selector(TopologySpreadConstraint constraint, Pod pod) =>
        constraint.LabelSelector is not { } selector || constraint.MatchLabelKeys.Count == 0
            ? constraint.LabelSelector
            : selector with
            {
                MatchExpressions =
                [
                    .. selector.MatchExpressions,
                    .. constraint
                        .MatchLabelKeys.Where(pod.Metadata.Labels.ContainsKey)
                        .Select(key => new LabelSelectorRequirement
                        {
                            Key = key,
                            Operator = "In",
                            Values = [pod.Metadata.Labels[key]],
                        }),
                ],
            };
}
