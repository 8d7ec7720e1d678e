using System.Collections.Immutable;
using System.Globalization;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Schemas;

namespace Tenon.Api.Rules;

/// <summary>What a requirement may say: at admission, and in upstream's words at run time.</summary>
public static class RequirementRules
{
    public const int MaxRequirements = 100;
    public const int MaxKeyLength = 316;
    public const int MaxMinValues = 50;
    private const string SinglePositive = "must have a single positive integer value";

    /// <summary>In the order in which upstream's set lists them.</summary>
    private static readonly ImmutableArray<string> Supported =
    [
        Operators.DoesNotExist,
        Operators.Exists,
        Operators.Gt,
        Operators.Gte,
        Operators.In,
        Operators.Lt,
        Operators.Lte,
        Operators.NotIn,
    ];

    /// <summary>Run-time checks (core scheduling specification §1.6); empty when the requirement is sound.</summary>
    public static ImmutableArray<string> Check(NodeRequirement requirement, LabelVocabulary vocabulary)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var key = vocabulary.Normalize(requirement.Key);
        var (op, values) = (requirement.Operator, requirement.Values);
        if (!Supported.Contains(op))
            faults.Add($"key {key} has an unsupported operator {op} not in [{string.Join(' ', Supported)}]");
        if (vocabulary.Restriction(key) is { } restriction)
            faults.Add(restriction);
        if (KnownValues(requirement, key, vocabulary) is { } unknown)
            faults.Add(unknown);
        if (Syntax.QualifiedName(key) is { } name)
            faults.Add($"key {key} is not a qualified name, {name}");
        foreach (var value in values)
            if (Syntax.LabelValue(value) is { } fault)
                faults.Add($"invalid value {value} for key {key}, {fault}");
        if (op == Operators.In && values.Count == 0)
            faults.Add($"key {key} with operator {op} must have a value defined");
        if (op == Operators.In && values.Count < requirement.MinValues)
            faults.Add(
                $"key {key} with operator {op} must have at least minimum number of values defined in 'values' field"
            );
        if (IsBound(op) && !IsSingleCount(values))
            faults.Add($"key {key} with operator {op} {SinglePositive}");
        return faults.ToImmutable();
    }

    internal static bool IsBound(string op) => op is Operators.Gt or Operators.Lt or Operators.Gte or Operators.Lte;

    internal static bool IsSingleCount(IReadOnlyList<string> values) =>
        values.Count == 1
        && long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= 0;

    /// <summary>The admission rules NP-4…NP-10 for a list of requirements.</summary>
    /// <param name="allowPoolKey">Claims and overlays may name the pool, pools may not.</param>
    internal static void Admit(
        Faults faults,
        string path,
        IReadOnlyList<NodeRequirement> requirements,
        bool allowPoolKey
    )
    {
        faults.When(requirements.Count > MaxRequirements, path, $"must have at most {MaxRequirements} items");
        for (var i = 0; i < requirements.Count; i++)
        {
            var (requirement, at) = (requirements[i], $"{path}[{i}]");
            faults.When(
                requirement.Key.Length > MaxKeyLength,
                $"{at}.key",
                $"must be at most {MaxKeyLength} characters",
                requirement.Key
            );
            faults.When(
                !GoPattern.IsMatch(Patterns.Key, requirement.Key),
                $"{at}.key",
                "must be a label key",
                requirement.Key
            );
            if (KeyFault(requirement.Key, allowPoolKey) is { } key)
                faults.Add($"{at}.key", key, requirement.Key);
            faults.When(
                IsForeignToKwok(requirement.Key),
                $"{at}.key",
                $"label domain \"{WellKnownLabels.KwokDomain}\" is restricted",
                requirement.Key
            );
            faults.When(
                !Supported.Contains(requirement.Operator),
                $"{at}.operator",
                "must be one of " + string.Join(", ", Supported),
                requirement.Operator
            );
            faults.When(
                requirement.MinValues is < 1 or > MaxMinValues,
                $"{at}.minValues",
                $"must be 1 to {MaxMinValues}",
                $"{requirement.MinValues}"
            );
            faults.When(
                requirement is { Operator: Operators.In, Values.Count: 0 },
                path,
                "requirements with operator 'In' must have a value defined",
                requirement.Key
            );
            faults.When(
                IsBound(requirement.Operator) && !IsSingleCount(requirement.Values),
                path,
                "requirements operator 'Gt', 'Lt', 'Gte' or 'Lte' must have a single positive integer value",
                requirement.Key
            );
            faults.When(
                requirement.Operator == Operators.In && requirement.Values.Count < requirement.MinValues,
                path,
                "requirements with 'minValues' must have at least that many values specified in the 'values' field",
                requirement.Key
            );
        }
    }

    /// <summary>
    /// NP-4, NP-5, NP-6 for one key: a plain suffix test, unlike <see cref="LabelVocabulary.Restriction"/>.
    /// </summary>
    internal static string? KeyFault(string key, bool allowPoolKey)
    {
        if (key == WellKnownLabels.NodePool)
            return allowPoolKey ? null : $"label \"{WellKnownLabels.NodePool}\" is restricted";
        if (key == WellKnownLabels.Hostname)
            return $"label \"{WellKnownLabels.Hostname}\" is restricted";
        return
            key != WellKnownLabels.CapacityType
            && Domain(key).EndsWith(WellKnownLabels.KarpenterDomain, StringComparison.Ordinal)
            ? $"label domain \"{WellKnownLabels.KarpenterDomain}\" is restricted"
            : null;
    }

    /// <summary>The simulated provider's own domain, which its definitions close (§7.2).</summary>
    private static bool IsForeignToKwok(string key) =>
        Domain(key).EndsWith(WellKnownLabels.KwokDomain, StringComparison.Ordinal)
        && key
            is not (
                WellKnownLabels.KwokInstanceCpu
                or WellKnownLabels.KwokInstanceMemory
                or WellKnownLabels.KwokInstanceFamily
                or WellKnownLabels.KwokInstanceSize
                or $"{WellKnownLabels.KwokDomain}/kwoknodeclass"
            );

    /// <summary>What stands before the first slash; the whole key when there is none.</summary>
    private static string Domain(string key) =>
        key.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? key[..slash] : key;

    private static string? KnownValues(NodeRequirement requirement, string key, LabelVocabulary vocabulary)
    {
        if (requirement.Operator != Operators.In || !vocabulary.KnownValues.TryGetValue(key, out var known))
            return null;
        var valid = requirement.Values.Where(value => known.Contains(value)).Distinct(StringComparer.Ordinal).ToList();
        var invalid = requirement.Values.Where(value => !known.Contains(value));
        if (valid.Count == 0)
            return $"no valid values found in [{string.Join(' ', requirement.Values)}] for {key}, "
                + $"expected one of: map[{string.Join(' ', known.Select(value => value + ":{}"))}], got: [{string.Join(' ', invalid)}]";
        return valid.Count < requirement.MinValues
            ? $"not enough valid values found in [{string.Join(' ', requirement.Values)}] for {key}, "
                + $"expected at least {requirement.MinValues} valid values from: [{string.Join(' ', known)}], got: {valid.Count}"
            : null;
    }
}
