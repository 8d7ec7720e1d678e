using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Policy;
using Tenon.Api.Selectors;
using Tenon.Domain.Pods;

namespace Tenon.Disruption.Candidates;

/// <summary>
/// What the PodDisruptionBudgets of a cluster say about evicting a pod. Pods that cannot be evicted anyway ignore them.
/// </summary>
public sealed class PdbLimits
{
    private readonly ImmutableSortedDictionary<string, ImmutableArray<PodDisruptionBudget>> _byNamespace;

    public PdbLimits(IEnumerable<PodDisruptionBudget> budgets) =>
        _byNamespace = budgets
            .GroupBy(static it => it.Metadata.Namespace ?? "", StringComparer.Ordinal)
            .ToImmutableSortedDictionary(
                static group => group.Key,
                static group => group.OrderBy(static it => it.Metadata.Name, StringComparer.Ordinal).ToImmutableArray(),
                StringComparer.Ordinal
            );

    public static PdbLimits None { get; } = new([]);

    /// <summary>
    /// Why the eviction of the first pod that is blocked would fail now, in upstream's words; null when none is.
    /// </summary>
    public string? Blocking(IEnumerable<Pod> pods, DateTimeOffset now)
    {
        foreach (var pod in pods)
        {
            if (!pod.IsEvictable(now))
                continue;
            var matching = Matching(pod);
            if (matching.Length > 1)
                return $"eviction does not support multiple PDBs (PodDisruptionBudget(s)=[{Names(matching)}])";
            if (
                matching.Length == 1
                && !AllowsUnhealthy(matching[0], pod)
                && matching[0].Status.DisruptionsAllowed == 0
            )
                return $"pdb prevents pod evictions (PodDisruptionBudget=[{Names(matching)}])";
        }
        return null;
    }

    /// <summary>No state of the workload would ever let this pod be evicted; not merely "not now".</summary>
    public bool IsFullyBlocked(Pod pod, DateTimeOffset now)
    {
        if (!pod.IsEvictable(now))
            return false;
        var matching = Matching(pod);
        return matching.Length > 1
            || (matching.Length == 1 && !AllowsUnhealthy(matching[0], pod) && BlocksAll(matching[0]));
    }

    /// <summary>Needs a place when its node goes, and can be made to leave.</summary>
    public bool IsCurrentlyReschedulable(Pod pod, DateTimeOffset now) =>
        pod.IsReschedulable && pod.IsDisruptable(now) && !IsFullyBlocked(pod, now);

    private ImmutableArray<PodDisruptionBudget> Matching(Pod pod) =>
        _byNamespace.TryGetValue(pod.Metadata.Namespace ?? "", out var budgets)
            ?
            [
                .. budgets.Where(budget =>
                    budget.Spec.Selector is { } selector && selector.Matches(pod.Metadata.Labels)
                ),
            ]
            : [];

    private static bool AllowsUnhealthy(PodDisruptionBudget budget, Pod pod) =>
        budget.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow"
        && pod.Status.Conditions.Any(static it => it is { Type: "Ready", Status: "False" });

    private static bool BlocksAll(PodDisruptionBudget budget) =>
        budget.Spec.MaxUnavailable?.ToString() is "0" or "0%" || budget.Spec.MinAvailable?.ToString() is "100%";

    private static string Names(ImmutableArray<PodDisruptionBudget> budgets) =>
        string.Join(' ', budgets.Select(static it => $"{it.Metadata.Namespace}/{it.Metadata.Name}"));
}
