using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;

namespace Tenon.Controllers.Provisioning;

/// <summary>Whether pods on a leaving machine have somewhere to go, as the last plan gave it to them.</summary>
internal sealed class PodPlaces(Stores stores, PodBook book)
{
    /// <summary>
    /// Null when a machine that takes pods is promised to the pod; otherwise why there is none yet, or none at all.
    /// </summary>
    public string? Missing(Pod pod, NodeClaim leaving)
    {
        if (book.ErrorOf(pod) is { } refused)
            return refused;
        var name = book.ClaimOf(pod);
        if (!book.IsPlaced(pod) || name == leaving.Metadata.Name)
            return "no machine was planned for it yet";
        // A node that is no machine of ours is there already.
        if (name is null)
            return null;
        if (stores.Claims.Get(null, name) is not { } claim)
            return $"nodeclaim {name}, which was to take it, is gone";
        return claim.Is(ConditionTypes.Initialized) ? null : $"nodeclaim {name}, which is to take it, is not ready";
    }

    /// <summary>No plan found a place: waiting brings none.</summary>
    public bool IsHopeless(Pod pod) => book.ErrorOf(pod) is not null;
}
