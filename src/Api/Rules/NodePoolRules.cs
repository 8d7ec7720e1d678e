using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Schemas;

namespace Tenon.Api.Rules;

/// <summary>Defaults, admission and run-time validation of pools (core API specification §3).</summary>
public static class NodePoolRules
{
    public const string DefaultBudgetNodes = "10%";
    private const int MaxLabels = 100;
    private const int MaxBudgets = 50;
    private const int MaxReasons = 50;
    private const int MaxWeight = 100;

    /// <summary>Higher weight first (absent counts as 0), then the name that is later in the alphabet.</summary>
    public static IComparer<NodePool> ByWeight { get; } =
        Comparer<NodePool>.Create(
            static (a, b) =>
                (b.Spec.Weight ?? 0).CompareTo(a.Spec.Weight ?? 0) is var weight && weight != 0
                    ? weight
                    : string.CompareOrdinal(b.Metadata.Name, a.Metadata.Name)
        );

    /// <summary>What the schema fills in when a pool is created (§3.3).</summary>
    public static NodePool Default(NodePool pool)
    {
        var disruption = pool.Spec.Disruption ?? new Disruption();
        var template = pool.Spec.Template;
        return pool with
        {
            Spec = pool.Spec with
            {
                Template = template with
                {
                    Spec = template.Spec with
                    {
                        ExpireAfter = template.Spec.ExpireAfter ?? TemplateRules.DefaultExpireAfter,
                    },
                },
                Disruption = disruption with
                {
                    ConsolidateAfter = disruption.ConsolidateAfter ?? NillableDuration.Parse("0s"),
                    ConsolidationPolicy =
                        disruption.ConsolidationPolicy ?? ConsolidationPolicies.WhenEmptyOrUnderutilized,
                    Budgets = disruption.Budgets is null
                        ? [new Budget { Nodes = DefaultBudgetNodes }]
                        :
                        [
                            .. disruption.Budgets.Select(budget =>
                                budget with
                                {
                                    Nodes = budget.Nodes ?? DefaultBudgetNodes,
                                }
                            ),
                        ],
                },
            },
        };
    }

    /// <summary>
    /// What admission refuses, beyond the shape of the object (§3.1, NP-1…NP-13). Empty when admitted.
    /// </summary>
    /// <param name="old">The stored pool when this is an update.</param>
    public static ImmutableArray<FieldError> Validate(NodePool pool, NodePool? old)
    {
        var faults = new Faults();
        var spec = pool.Spec;
        AdmitStatic(faults, spec, old?.Spec);
        faults.When(spec.Weight is < 1 or > MaxWeight, "spec.weight", $"must be 1 to {MaxWeight}", $"{spec.Weight}");
        AdmitLabels(faults, spec.Template.Metadata.Labels);
        const string Template = "spec.template.spec";
        TemplateRules.AdmitTaints(faults, $"{Template}.taints", spec.Template.Spec.Taints);
        TemplateRules.AdmitTaints(faults, $"{Template}.startupTaints", spec.Template.Spec.StartupTaints);
        TemplateRules.AdmitDurations(
            faults,
            Template,
            spec.Template.Spec.ExpireAfter,
            spec.Template.Spec.TerminationGracePeriod
        );
        RequirementRules.Admit(
            faults,
            $"{Template}.requirements",
            spec.Template.Spec.Requirements,
            allowPoolKey: false
        );
        var reference = spec.Template.Spec.NodeClassRef;
        TemplateRules.AdmitNodeClass(faults, $"{Template}.nodeClassRef", reference);
        if (old?.Spec.Template.Spec.NodeClassRef is { } before)
        {
            faults.When(
                before.Group != reference.Group,
                $"{Template}.nodeClassRef",
                "nodeClassRef.group is immutable",
                reference.Group
            );
            faults.When(
                before.Kind != reference.Kind,
                $"{Template}.nodeClassRef",
                "nodeClassRef.kind is immutable",
                reference.Kind
            );
        }
        if (spec.Disruption is { } disruption)
            AdmitDisruption(faults, disruption);
        return faults.All;
    }

    /// <summary>
    /// What only the controller checks (§3.4), in upstream's words; empty when valid. See <see cref="Message"/>.
    /// </summary>
    public static ImmutableArray<string> Check(NodePool pool, LabelVocabulary vocabulary)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var template = pool.Spec.Template;
        TemplateRules.CheckLabels(faults, template.Metadata.Labels, vocabulary);
        TemplateRules.CheckTaints(faults, template.Spec.Taints, template.Spec.StartupTaints);
        foreach (var requirement in template.Spec.Requirements)
            if (RequirementRules.Check(requirement, vocabulary) is { IsEmpty: false } found)
                faults.Add($"invalid value: {Message(found)} in requirements, restricted");
        foreach (var requirement in template.Spec.Requirements)
            if (requirement.Key == WellKnownLabels.NodePool)
                faults.Add($"invalid key: \"{requirement.Key}\" in requirements, restricted");
        return faults.ToImmutable();
    }

    /// <summary>The text of the <c>ValidationSucceeded</c> condition.</summary>
    public static string Message(ImmutableArray<string> faults) => string.Join("; ", faults);

    private static void AdmitStatic(Faults faults, NodePoolSpec spec, NodePoolSpec? old)
    {
        faults.When(spec.Replicas is < 0, "spec.replicas", "must not be negative", $"{spec.Replicas}");
        faults.When(
            old is not null && old.Replicas is null != spec.Replicas is null,
            "spec",
            "cannot transition between static and dynamic provisioning mode"
        );
        if (spec.Replicas is null)
            return;
        faults.When(
            spec.Limits is { Count: > 0 } limits && !(limits.Count == 1 && limits.ContainsKey(Resources.Nodes)),
            "spec",
            "only 'limits.nodes' is supported on static NodePools"
        );
        faults.When(spec.Weight is not null, "spec", "'weight' is not supported on static NodePools");
    }

    private static void AdmitLabels(Faults faults, IReadOnlyDictionary<string, string>? labels)
    {
        const string Path = "spec.template.metadata.labels";
        if (labels is null)
            return;
        faults.When(labels.Count > MaxLabels, Path, $"must have at most {MaxLabels} entries");
        foreach (var (key, value) in labels)
        {
            if (RequirementRules.KeyFault(key, allowPoolKey: false) is { } fault)
                faults.Add(Path, fault, key);
            faults.When(
                value.Length > Syntax.MaxLabelValueLength,
                $"{Path}.{key}",
                $"must be at most {Syntax.MaxLabelValueLength} characters",
                value
            );
            faults.When(
                !GoPattern.IsMatch(Patterns.LabelValue, value),
                $"{Path}.{key}",
                "must be a label value",
                value
            );
        }
    }

    private static void AdmitDisruption(Faults faults, Disruption disruption)
    {
        const string Path = "spec.disruption";
        faults.When(
            TemplateRules.IsOdd(disruption.ConsolidateAfter),
            $"{Path}.consolidateAfter",
            "must be whole hours, minutes or seconds, or Never",
            disruption.ConsolidateAfter?.ToString()
        );
        faults.When(
            disruption.ConsolidationPolicy
                is not (
                    null
                    or ConsolidationPolicies.WhenEmpty
                    or ConsolidationPolicies.WhenEmptyOrUnderutilized
                    or ConsolidationPolicies.Balanced
                ),
            $"{Path}.consolidationPolicy",
            "must be WhenEmpty, WhenEmptyOrUnderutilized or Balanced",
            disruption.ConsolidationPolicy
        );
        var budgets = disruption.Budgets ?? [];
        faults.When(budgets.Count > MaxBudgets, $"{Path}.budgets", $"must have at most {MaxBudgets} items");
        faults.When(
            budgets.Any(budget => budget.Schedule is null != budget.Duration is null),
            $"{Path}.budgets",
            "'schedule' must be set with 'duration'"
        );
        for (var i = 0; i < budgets.Count; i++)
            AdmitBudget(faults, $"{Path}.budgets[{i}]", budgets[i]);
    }

    private static void AdmitBudget(Faults faults, string path, Budget budget)
    {
        faults.When(
            !GoPattern.IsMatch(Patterns.BudgetNodes, budget.Nodes ?? DefaultBudgetNodes),
            $"{path}.nodes",
            "must be a count, or a whole percentage up to 100%",
            budget.Nodes
        );
        faults.When(
            budget.Schedule is { } cron && !GoPattern.IsMatch(Patterns.Cron, cron),
            $"{path}.schedule",
            "must be a cron schedule",
            budget.Schedule
        );
        faults.When(
            budget.Duration is { } duration
                && (!TemplateRules.IsWholeSeconds(duration) || duration.Nanoseconds % 60_000_000_000 != 0),
            $"{path}.duration",
            "must be hours and minutes",
            budget.Duration?.ToString()
        );
        var reasons = budget.Reasons ?? [];
        faults.When(reasons.Count > MaxReasons, $"{path}.reasons", $"must have at most {MaxReasons} items");
        faults.When(
            reasons.Distinct(StringComparer.Ordinal).Count() != reasons.Count,
            $"{path}.reasons",
            "must not repeat"
        );
        foreach (var reason in reasons)
            faults.When(
                reason is not (DisruptionReasons.Underutilized or DisruptionReasons.Empty or DisruptionReasons.Drifted),
                $"{path}.reasons",
                "must be Underutilized, Empty or Drifted",
                reason
            );
    }
}
