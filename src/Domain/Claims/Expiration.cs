using Tenon.Api.Karpenter;

namespace Tenon.Domain.Claims;

/// <summary>
/// When a claim is too old to stay. The claim's own age and own <c>expireAfter</c> decide; the pool's is drift.
/// </summary>
public static class Expiration
{
    /// <summary>Null when the claim never expires.</summary>
    public static DateTimeOffset? Deadline(NodeClaim claim) =>
        claim.Spec.ExpireAfter?.ToTimeSpan() is { } span && claim.Metadata.CreationTimestamp is { } born
            ? born + span
            : null;
}
