using Tenon.Api.Core;

namespace Tenon.Simulation.Oracles.Legality;

/// <summary>Required affinity and anti-affinity between pods, the latter in both directions.</summary>
internal static class AffinityRules
{
    public static Broken? Broken(Pod pod, PodGroup group, BoardNode node, LegalityBoard board)
    {
        foreach (var term in pod.Spec.Affinity?.PodAntiAffinity?.Required ?? [])
        foreach (var other in board.Groups)
            if (InDomain(other, term.TopologyKey, node) > 0 && Matches(term, pod, other, board))
                return new(
                    "its anti-affinity",
                    $"{other.Sample.Metadata.Name} or its like is in the same {term.TopologyKey}"
                );
        foreach (var other in board.Groups)
        foreach (var term in other.Sample.Spec.Affinity?.PodAntiAffinity?.Required ?? [])
            if (InDomain(other, term.TopologyKey, node) > 0 && Matches(term, other.Sample, group, board))
                return new(
                    "another pod's anti-affinity",
                    $"{other.Sample.Metadata.Name} or its like is in the same {term.TopologyKey}"
                );
        return Attraction(pod, group, node, board);
    }

    private static Broken? Attraction(Pod pod, PodGroup group, BoardNode node, LegalityBoard board)
    {
        var terms = pod.Spec.Affinity?.PodAffinity?.Required ?? [];
        if (terms.Count == 0)
            return null;
        var wanted = board
            .Groups.Where(other => other.Total > 0 && terms.All(term => Matches(term, pod, other, board)))
            .ToList();
        foreach (var term in terms)
        {
            if (!node.Labels.ContainsKey(term.TopologyKey))
                return new("its pod affinity", $"the node has no label {term.TopologyKey}");
            if (wanted.Exists(other => InDomain(other, term.TopologyKey, node) > 0))
                continue;
            var isFirstOfItsKind =
                wanted.TrueForAll(other =>
                    terms.All(any => other.PerDomain(any.TopologyKey).Values.All(count => count == 0))
                ) && terms.All(any => Matches(any, pod, group, board));
            if (!isFirstOfItsKind)
                return new("its pod affinity", $"nobody it wants is in the same {term.TopologyKey}");
        }
        return null;
    }

    private static int InDomain(PodGroup group, string topologyKey, BoardNode node) =>
        group.Total > 0 && node.Labels.TryGetValue(topologyKey, out var value)
            ? group.PerDomain(topologyKey).GetValueOrDefault(value)
            : 0;

    /// <summary>Whether a term that belongs to <paramref name="owner"/> is about the pods of a group.</summary>
    private static bool Matches(PodAffinityTerm term, Pod owner, PodGroup group, LegalityBoard board)
    {
        var named = term.Namespaces.Contains(group.Namespace);
        var selected =
            term.NamespaceSelector is { } selector && NodeRules.Holds(selector, board.LabelsOf(group.Namespace));
        var own =
            term.NamespaceSelector is null && term.Namespaces.Count == 0 && group.Namespace == owner.Metadata.Namespace;
        var labels = group.Sample.Metadata.Labels;
        return (named || selected || own)
            && NodeRules.Holds(term.LabelSelector, labels)
            && term.MatchLabelKeys.All(key =>
                !owner.Metadata.Labels.TryGetValue(key, out var value) || labels.GetValueOrDefault(key) == value
            )
            && term.MismatchLabelKeys.All(key =>
                !owner.Metadata.Labels.TryGetValue(key, out var value) || labels.GetValueOrDefault(key) != value
            );
    }
}
