using System.Collections.Immutable;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Scheduling;

namespace Tenon.Disruption.Methods;

/// <summary>Which types of a replacement are worth the move.</summary>
public static class PriceFilter
{
    public static ImmutableArray<InstanceType> Order(
        ImmutableArray<InstanceType> types,
        RequirementSet requirements,
        LabelSet wellKnown
    ) =>
        [
            .. types
                .Select(type => (Type: type, Price: type.CheapestPrice(requirements, wellKnown)))
                .OrderBy(static it => it.Price)
                .ThenBy(static it => it.Type.Name, StringComparer.Ordinal)
                .Select(static it => it.Type),
        ];

    /// <summary>
    /// Types whose launch costs less than <paramref name="ceiling"/> even if it goes badly; an error when that breaks
    /// minValues.
    /// </summary>
    public static (ImmutableArray<InstanceType> Types, string? Error) Below(
        NewClaim claim,
        HourlyPrice ceiling,
        LabelSet wellKnown
    )
    {
        ImmutableArray<InstanceType> cheaper =
        [
            .. claim.Types.Where(type => type.WorstLaunchPrice(claim.Requirements, wellKnown) < ceiling),
        ];
        return
            claim.Requirements.HasMinValues
            && !cheaper.IsEmpty
            && MinValues.Needed(cheaper, claim.Requirements).Error is { } error
            ? ([], error)
            : (cheaper, null);
    }

    /// <summary>
    /// Two nodes must not be merged into one of the same type at the same price: a replacement has to cost less than
    /// the cheapest candidate among those whose type it could be.
    /// </summary>
    public static NewClaim? AvoidSameType(NewClaim claim, ImmutableArray<Candidate> candidates, LabelSet wellKnown)
    {
        var options = claim.Types.Select(static type => type.Name).ToImmutableSortedSet(StringComparer.Ordinal);
        var ceiling = HourlyPrice.Max;
        foreach (var candidate in candidates)
        {
            if (candidate.Type is not { } type || !options.Contains(type.Name))
                continue;
            var paid = RequirementSet.FromLabels(candidate.State.Labels);
            foreach (var offering in type.Offerings)
                if (offering.Price < ceiling && paid.IsCompatible(offering.Requirements, wellKnown))
                    ceiling = offering.Price;
        }
        if (ceiling == HourlyPrice.Max)
            return claim;
        var (types, error) = Below(claim, ceiling, wellKnown);
        return error is not null || types.IsEmpty ? null : claim with { Types = types };
    }
}
