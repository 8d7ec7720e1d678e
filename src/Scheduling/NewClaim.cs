using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;

namespace Tenon.Scheduling;

/// <summary>A machine to buy, and the pods it is bought for.</summary>
public sealed record NewClaim
{
    public required NodePool Pool { get; init; }

    /// <summary>The pool's, narrowed by pods, volumes and topology; placeholders of the simulation are gone.</summary>
    public required RequirementSet Requirements { get; init; }

    /// <summary>
    /// Types that can take all the pods, cheapest first, at most <see cref="SchedulingOptions.MaxInstanceTypes"/>.
    /// </summary>
    public required ImmutableArray<InstanceType> Types { get; init; }

    /// <summary>What the pods ask for and the least that DaemonSets will add, <c>pods</c> included.</summary>
    public required ResourceList Requests { get; init; }

    public required ImmutableArray<Pod> Pods { get; init; }

    /// <summary>BestEffort lowered a minimum; null for pools without new-claim relaxation (static ones).</summary>
    public bool? MinValuesRelaxed { get; init; }

    /// <summary>The price of the cheapest type through its cheapest offering.</summary>
    public HourlyPrice Price { get; init; }

    public required SchedulingOptions Options { get; init; }

    /// <summary>The object to create (scheduling specification §14).</summary>
    public NodeClaim ToNodeClaim()
    {
        var template = Pool.Spec.Template;
        var requirements = Final();
        return new NodeClaim
        {
            Metadata = new ObjectMeta
            {
                GenerateName = $"{Pool.Metadata.Name}-",
                Labels = Labels(),
                Annotations = Annotations(),
                OwnerReferences =
                [
                    new OwnerReference
                    {
                        ApiVersion = NodePool.Resource.ApiVersion,
                        Kind = NodePool.Resource.Kind,
                        Name = Pool.Metadata.Name ?? "",
                        Uid = Pool.Metadata.Uid ?? "",
                        BlockOwnerDeletion = true,
                    },
                ],
            },
            Spec = new NodeClaimSpec
            {
                Requirements = NodeRequirements.ToWire(requirements),
                Resources = new NodeClaimResources { Requests = Requests },
                Taints = template.Spec.Taints,
                StartupTaints = template.Spec.StartupTaints,
                NodeClassRef = template.Spec.NodeClassRef,
                ExpireAfter = template.Spec.ExpireAfter,
                TerminationGracePeriod = template.Spec.TerminationGracePeriod ?? Options.DefaultTerminationGracePeriod,
            },
        };
    }

    /// <summary>The requirements with the chosen types and the capacity types they can be bought with.</summary>
    private RequirementSet Final()
    {
        if (Types.IsEmpty)
            return Requirements;
        var minTypes = Requirements.Of(WellKnownLabels.InstanceType).MinValues;
        var narrowed = Requirements.Add(
            Requirement.In(WellKnownLabels.InstanceType, Types.Select(type => type.Name)).WithMinValues(minTypes)
        );
        var capacityTypes = Types
            .SelectMany(type => type.Offerings)
            .Where(offering =>
                offering.Available && Requirements.IsCompatible(offering.Requirements, Options.WellKnown)
            )
            .Select(offering => offering.CapacityType)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return capacityTypes.Count == 0
            ? narrowed
            : narrowed.Add(Requirement.In(WellKnownLabels.CapacityType, capacityTypes));
    }

    private SortedDictionary<string, string> Labels()
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in TemplateRequirements.Labels(Pool))
            labels[key] = value;
        foreach (var member in Requirements)
        {
            if (Options.WellKnown.Contains(member.Key) || member.Key == WellKnownLabels.Hostname)
                continue;
            if (member.AnyValue() is { Length: > 0 } value)
                labels[member.Key] = value;
        }
        return labels;
    }

    private SortedDictionary<string, string> Annotations()
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var (key, value) in Pool.Spec.Template.Metadata.Annotations ?? ImmutableDictionary<string, string>.Empty
        )
            annotations[key] = value;
        annotations[Api.Names.Annotations.NodePoolHash] = Api.Rules.NodePoolHash.Of(Pool);
        annotations[Api.Names.Annotations.NodePoolHashVersion] = "v3";
        if (MinValuesRelaxed is { } relaxed)
            annotations["karpenter.sh/nodeclaim-min-values-relaxed"] = relaxed ? "true" : "false";
        if (Types.Any(type => type.Offerings.Any(offering => offering.PriceOverlaid)))
            annotations["karpenter.sh/price-overlay-applied"] = "true";
        if (Types.Any(type => type.CapacityOverlaid))
            annotations["karpenter.sh/capacity-overlay-applied"] = "true";
        return annotations;
    }
}
