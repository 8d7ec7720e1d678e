using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;

namespace Tenon.Scheduling.Lowering;

/// <summary>A pool as new claims see it, in the order in which they try pools: weight, then the later name.</summary>
internal sealed record Template(NodePool Pool, RequirementSet Requirements, ImmutableArray<InstanceType> Types)
{
    public IReadOnlyList<Taint> Taints { get; } = Pool.Spec.Template.Spec.Taints ?? [];

    public static List<Template> Ordered(IEnumerable<NodePoolOffer> offers) =>
        [
            .. offers
                .Where(offer => offer.Pool.Spec.Replicas is null)
                .OrderByDescending(offer => offer.Pool.Spec.Weight ?? 0)
                .ThenByDescending(offer => offer.Pool.Metadata.Name, StringComparer.Ordinal)
                .Select(offer => new Template(offer.Pool, TemplateRequirements.Simulated(offer.Pool), offer.Types)),
        ];
}
