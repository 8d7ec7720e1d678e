using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Domain.Requirements;

namespace Tenon.Controllers.Provisioning;

/// <summary>Why a pending pod is not served.</summary>
/// <param name="IsSilent">The pod asked to be left alone: no event.</param>
internal readonly record struct PodObjection(string Message, bool IsSilent);

/// <summary>
/// Whether a pod asks for something that Tenon understands. Preferences are not judged: they can be dropped.
/// </summary>
internal static class PodValidation
{
    public static PodObjection? Objection(Pod pod, LabelVocabulary vocabulary)
    {
        var requirements = PodRequirements.Preferred(pod);
        if (
            requirements.Has(WellKnownLabels.NodePool)
            && requirements.Of(WellKnownLabels.NodePool).Operator == Domain.Requirements.Operator.DoesNotExist
        )
            return new PodObjection(
                $"configured to not run on a Karpenter provisioned node (requirement={WellKnownLabels.NodePool} DoesNotExist)",
                true
            );
        var faults = Faults(pod, vocabulary).ToList();
        return faults.Count == 0 ? null : new PodObjection(string.Join("; ", faults), false);
    }

    private static IEnumerable<string> Faults(Pod pod, LabelVocabulary vocabulary)
    {
        foreach (var (key, value) in pod.Spec.NodeSelector.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        foreach (var fault in Check(key, "In", [value], vocabulary))
            yield return fault;
        foreach (var term in pod.Spec.Affinity?.NodeAffinity?.Required?.NodeSelectorTerms ?? [])
        {
            if (term.MatchFields.Count > 0)
                yield return "node selector term with matchFields is not supported";
            foreach (var expression in term.MatchExpressions)
            foreach (var fault in Check(expression.Key, expression.Operator, expression.Values, vocabulary))
                yield return fault;
        }
    }

    private static ImmutableArray<string> Check(
        string key,
        string @operator,
        IReadOnlyList<string> values,
        LabelVocabulary vocabulary
    ) =>
        RequirementRules.Check(
            new NodeRequirement
            {
                Key = key,
                Operator = @operator,
                Values = values,
            },
            vocabulary
        );
}
