using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;

namespace Tenon.Domain.Claims;

/// <summary>Whether a claim is still what its pool asks for.</summary>
public static class Drift
{
    /// <summary>Both carry a hash of the same version, and the hashes differ. Anything missing is no drift.</summary>
    public static bool StaticallyDrifted(NodeClaim claim, NodePool pool)
    {
        var (own, ours) = (claim.Metadata.Annotations, pool.Metadata.Annotations);
        return own.TryGetValue(Annotations.NodePoolHash, out var claimHash)
            && ours.TryGetValue(Annotations.NodePoolHash, out var poolHash)
            && own.TryGetValue(Annotations.NodePoolHashVersion, out var claimVersion)
            && ours.TryGetValue(Annotations.NodePoolHashVersion, out var poolVersion)
            && claimVersion == poolVersion
            && claimHash != poolHash;
    }

    /// <summary>
    /// The claim's labels no longer satisfy the pool's requirements. An absent label satisfies NotIn and DoesNotExist
    /// only.
    /// </summary>
    public static bool RequirementsDrifted(NodeClaim claim, NodePool pool) =>
        !RequirementSet
            .FromLabels(claim.Metadata.Labels)
            .IsCompatible(NodeRequirements.From(pool.Spec.Template.Spec.Requirements), LabelSet.None);

    /// <summary>
    /// The pool still sells the claim's type in the claim's zone, available or not. A reserved machine may also be sold
    /// on demand: reservations end and the machine stays.
    /// </summary>
    public static bool IsStillSold(NodeClaim claim, ImmutableArray<InstanceType> types, LabelSet wellKnown)
    {
        if (
            !claim.Metadata.Labels.TryGetValue(WellKnownLabels.InstanceType, out var name)
            || types.FirstOrDefault(type => type.Name == name) is not { } type
        )
            return false;
        var labels = RequirementSet.FromLabels(claim.Metadata.Labels);
        if (
            labels.Of(WellKnownLabels.CapacityType).Has(CapacityTypes.Reserved)
            && labels.Has(WellKnownLabels.CapacityType)
        )
        {
            labels = labels.Replace(
                Requirement.In(WellKnownLabels.CapacityType, CapacityTypes.Reserved, CapacityTypes.OnDemand)
            );
            foreach (var offering in type.Offerings)
                if (offering.ReservationLabel is { } reservation)
                    labels = labels.Remove(reservation);
            wellKnown = wellKnown.With(type.Offerings.Select(static it => it.ReservationLabel).OfType<string>());
        }
        return type.Offerings.Any(offering => labels.IsCompatible(offering.Requirements, wellKnown));
    }
}
