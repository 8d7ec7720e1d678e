using Tenon.Api.Core;

namespace Tenon.Domain.Requirements;

/// <summary>What a pod asks of a node's labels. Pod affinity is not part of it; that is topology.</summary>
public static class PodRequirements
{
    /// <summary>nodeSelector and the first required node-affinity term: what must hold.</summary>
    public static RequirementSet Strict(Pod pod) => FromSelector(pod.Spec.NodeSelector).Add(FirstRequired(pod.Spec));

    /// <summary>
    /// The strict ones and the heaviest preferred term (the first of equal weights), until relaxed away.
    /// </summary>
    public static RequirementSet Preferred(Pod pod)
    {
        var set = FromSelector(pod.Spec.NodeSelector);
        PreferredSchedulingTerm? heaviest = null;
        foreach (var term in pod.Spec.Affinity?.NodeAffinity?.Preferred ?? [])
            if (heaviest is null || term.Weight > heaviest.Weight)
                heaviest = term;
        if (heaviest is not null)
            set = set.Add(FromExpressions(heaviest.Preference.MatchExpressions));
        return set.Add(FirstRequired(pod.Spec));
    }

    public static RequirementSet FromSelector(IReadOnlyDictionary<string, string> selector) =>
        RequirementSet.FromLabels(selector);

    public static RequirementSet FromExpressions(IEnumerable<NodeSelectorRequirement> expressions) =>
        RequirementSet.Of(expressions.Select(it => Requirement.From(it.Key, it.Operator, it.Values)));

    private static RequirementSet FirstRequired(PodSpec spec) =>
        spec.Affinity?.NodeAffinity?.Required is { NodeSelectorTerms: [var first, ..] }
            ? FromExpressions(first.MatchExpressions)
            : RequirementSet.Empty;
}
