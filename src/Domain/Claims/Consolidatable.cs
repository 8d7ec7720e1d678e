using Tenon.Api.Karpenter;

namespace Tenon.Domain.Claims;

/// <summary>Whether a node has been quiet for long enough to be consolidated.</summary>
/// <param name="IsTrue">The condition stands; otherwise it is removed.</param>
/// <param name="CheckAgain">How long until it may stand; null when only another event can change it.</param>
public readonly record struct ConsolidatableVerdict(bool IsTrue, TimeSpan? CheckAgain);

public static class Consolidatable
{
    /// <param name="consolidateAfter">Null means Never.</param>
    public static ConsolidatableVerdict Judge(NodeClaim claim, TimeSpan? consolidateAfter, DateTimeOffset now)
    {
        if (consolidateAfter is not { } quiet)
            return new(false, null);
        if (
            claim.Status.Conditions.FirstOrDefault(static it => it.Type == "Initialized")
            is not { Status: "True" } initialized
        )
            return new(false, null);
        if (quiet <= TimeSpan.Zero)
            return new(true, null);
        var since = claim.Status.LastPodEventTime ?? initialized.LastTransitionTime ?? now;
        return now - since < quiet ? new(false, since + quiet - now) : new(true, null);
    }
}
