using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Schemas;

namespace Tenon.Api.Rules;

/// <summary>Rules that pools, their templates and claims share.</summary>
internal static class TemplateRules
{
    public static readonly NillableDuration DefaultExpireAfter = NillableDuration.Parse("720h");

    public static void AdmitNodeClass(Faults faults, string path, NodeClassReference reference)
    {
        faults.When(reference.Group.Length == 0, $"{path}.group", "group may not be empty");
        faults.When(
            reference.Group.Contains('/', StringComparison.Ordinal),
            $"{path}.group",
            "must be a group without a version",
            reference.Group
        );
        faults.When(reference.Kind.Length == 0, $"{path}.kind", "kind may not be empty");
        faults.When(reference.Name.Length == 0, $"{path}.name", "name may not be empty");
    }

    public static void AdmitTaints(Faults faults, string path, IReadOnlyList<Taint>? taints)
    {
        for (var i = 0; i < (taints?.Count ?? 0); i++)
        {
            var taint = taints![i];
            faults.When(
                !GoPattern.IsMatch(Patterns.Key, taint.Key),
                $"{path}[{i}].key",
                "must be a label key",
                taint.Key
            );
            faults.When(
                taint.Value is not null && !GoPattern.IsMatch(Patterns.Key, taint.Value),
                $"{path}[{i}].value",
                "must be a label key; leave it out rather than empty",
                taint.Value
            );
            faults.When(
                taint.Effect
                    is not (TaintEffects.NoSchedule or TaintEffects.PreferNoSchedule or TaintEffects.NoExecute),
                $"{path}[{i}].effect",
                "must be NoSchedule, PreferNoSchedule or NoExecute",
                taint.Effect
            );
        }
    }

    public static void AdmitDurations(
        Faults faults,
        string path,
        NillableDuration? expireAfter,
        GoDuration? gracePeriod
    )
    {
        faults.When(
            IsOdd(expireAfter),
            $"{path}.expireAfter",
            "must be whole hours, minutes or seconds, or Never",
            expireAfter?.ToString()
        );
        faults.When(
            gracePeriod is { } grace && !IsWholeSeconds(grace),
            $"{path}.terminationGracePeriod",
            "must be whole hours, minutes or seconds",
            gracePeriod?.ToString()
        );
    }

    public static bool IsOdd(NillableDuration? duration) =>
        duration is { } value && !GoPattern.IsMatch(Patterns.DurationOrNever, value.ToString());

    public static bool IsWholeSeconds(GoDuration duration) =>
        duration >= GoDuration.Zero && duration.Nanoseconds % 1_000_000_000 == 0;

    /// <summary>Run-time checks of labels, in upstream's words.</summary>
    public static void CheckLabels(
        ImmutableArray<string>.Builder faults,
        IReadOnlyDictionary<string, string>? labels,
        LabelVocabulary vocabulary
    )
    {
        foreach (var (key, value) in (labels ?? None<string>.Map).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (key == WellKnownLabels.NodePool)
                faults.Add($"invalid key name \"{key}\" in labels, restricted");
            if (Syntax.QualifiedName(key) is { } name)
                faults.Add($"invalid key name \"{key}\" in labels, \"{name}\"");
            if (Syntax.LabelValue(value) is { } fault)
                faults.Add($"invalid value: {value} for label[{key}], {fault}");
            if (vocabulary.Restriction(key) is { } restriction)
                faults.Add($"invalid key name \"{key}\" in labels, {restriction}");
        }
    }

    /// <summary>
    /// Run-time checks of taints and startup taints together: a key and effect may appear once in both.
    /// </summary>
    public static void CheckTaints(
        ImmutableArray<string>.Builder faults,
        IReadOnlyList<Taint>? taints,
        IReadOnlyList<Taint>? startupTaints
    )
    {
        var seen = new HashSet<(string, string)>();
        CheckTaints(faults, taints, "taints", seen);
        CheckTaints(faults, startupTaints, "startupTaints", seen);
    }

    private static void CheckTaints(
        ImmutableArray<string>.Builder faults,
        IReadOnlyList<Taint>? taints,
        string field,
        HashSet<(string, string)> seen
    )
    {
        foreach (var taint in taints ?? [])
        {
            if (Syntax.QualifiedName(taint.Key) is { } key)
                faults.Add($"invalid value: \"{key}\" in {field}");
            if (!string.IsNullOrEmpty(taint.Value) && Syntax.QualifiedName(taint.Value) is { } value)
                faults.Add($"invalid value: \"{value}\" in {field}");
            if (
                taint.Effect
                is not ("" or TaintEffects.NoSchedule or TaintEffects.PreferNoSchedule or TaintEffects.NoExecute)
            )
                faults.Add($"invalid value: \"{taint.Effect}\" in {field}");
            if (!seen.Add((taint.Key, taint.Effect)))
                faults.Add($"duplicate taint Key/Effect pair {taint.Key}={taint.Effect}");
        }
    }
}
