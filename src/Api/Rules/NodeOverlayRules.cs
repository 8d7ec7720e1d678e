using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Schemas;

namespace Tenon.Api.Rules;

/// <summary>Admission and run-time validation of overlays (core API specification §5).</summary>
public static class NodeOverlayRules
{
    private const int MaxWeight = 10_000;

    /// <summary>Higher weight first (absent counts as 0), then the name that is later in the alphabet.</summary>
    public static IComparer<NodeOverlay> ByWeight { get; } =
        Comparer<NodeOverlay>.Create(
            static (a, b) =>
                (b.Spec.Weight ?? 0).CompareTo(a.Spec.Weight ?? 0) is var weight && weight != 0
                    ? weight
                    : string.CompareOrdinal(b.Metadata.Name, a.Metadata.Name)
        );

    /// <summary>Empty when admitted.</summary>
    public static ImmutableArray<FieldError> Validate(NodeOverlay overlay)
    {
        var faults = new Faults();
        var spec = overlay.Spec;
        RequirementRules.Admit(faults, "spec.requirements", spec.Requirements, allowPoolKey: true);
        foreach (var requirement in spec.Requirements)
            faults.When(
                requirement is { Operator: Operators.NotIn, Values.Count: 0 },
                "spec.requirements",
                "requirements with operator 'NotIn' must have a value defined",
                requirement.Key
            );
        faults.When(
            spec.Price is { } price && !GoPattern.IsMatch(Patterns.Price, price),
            "spec.price",
            "must be a price such as 0.25",
            spec.Price
        );
        faults.When(
            spec.PriceAdjustment is { } change && !GoPattern.IsMatch(Patterns.PriceAdjustment, change),
            "spec.priceAdjustment",
            "must be signed, such as +0.5, -43 or -10%",
            spec.PriceAdjustment
        );
        faults.When(
            spec is { Price: not null, PriceAdjustment: not null },
            "spec",
            "cannot set both 'price' and 'priceAdjustment'"
        );
        foreach (var name in spec.Capacity.Keys)
            faults.When(Resources.WellKnown.Contains(name), "spec.capacity", "invalid resource restricted", name);
        faults.When(spec.Weight is < 1 or > MaxWeight, "spec.weight", $"must be 1 to {MaxWeight}", $"{spec.Weight}");
        return faults.All;
    }

    /// <summary>What only the controller checks, in upstream's words; empty when valid.</summary>
    /// <param name="wellKnownResources">Beside the core's own: what the provider registers.</param>
    public static ImmutableArray<string> Check(
        NodeOverlay overlay,
        LabelVocabulary vocabulary,
        IReadOnlyCollection<string>? wellKnownResources = null
    )
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        foreach (var requirement in overlay.Spec.Requirements)
        {
            if (RequirementRules.Check(requirement, vocabulary) is { IsEmpty: false } found)
                faults.Add($"invalid value: {NodePoolRules.Message(found)} in requirements, restricted");
            if (requirement is { Operator: Operators.NotIn, Values.Count: 0 })
                faults.Add($"key {requirement.Key} with operator {requirement.Operator} must have a value defined");
        }
        foreach (var name in overlay.Spec.Capacity.Keys)
            if (Resources.WellKnown.Contains(name) || wellKnownResources?.Contains(name) == true)
                faults.Add($"invalid capacity: {name} in resource, restricted");
        return faults.ToImmutable();
    }
}
