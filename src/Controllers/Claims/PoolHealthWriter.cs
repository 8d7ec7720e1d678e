using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Domain.Claims;
using Tenon.Kube.Client;

namespace Tenon.Controllers.Claims;

/// <summary>Tells a pool how its machines come up: the condition <c>NodeRegistrationHealthy</c>.</summary>
internal sealed class PoolHealthWriter(OperatorContext context, RegistrationHealthBook book)
{
    public async ValueTask SucceededAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (OwnerOf(claim) is not { } pool)
            return;
        var uid = pool.Metadata.Uid ?? "";
        if (book.Of(uid).With(true).State == PoolHealth.Healthy)
            await context.Kube.WriteStatusAsync(
                pool,
                pool.SetTrue(ConditionTypes.NodeRegistrationHealthy, context.Time.GetUtcNow()),
                cancel
            );
        book.Add(uid, true);
    }

    public async ValueTask FailedAsync(NodeClaim claim, CancellationToken cancel)
    {
        if (OwnerOf(claim) is not { } pool)
            return;
        var uid = pool.Metadata.Uid ?? "";
        if (
            book.Of(uid).With(false).State == PoolHealth.Unhealthy
            && pool.Condition(ConditionTypes.NodeRegistrationHealthy)?.Status != ConditionStatus.False
        )
        {
            var launched = claim.Condition(ConditionTypes.Launched);
            var (reason, message) =
                launched is null || launched.Status == ConditionStatus.True
                    ? (ConditionReasons.RegistrationFailed, "Failed to register node")
                    : (launched.Reason ?? "", launched.Message ?? "");
            var after = pool.Set(
                ConditionTypes.NodeRegistrationHealthy,
                ConditionStatus.False,
                reason,
                message,
                context.Time.GetUtcNow()
            );
            await context.Kube.WriteStatusAsync(pool, after, cancel);
        }
        book.Add(uid, false);
    }

    /// <summary>The pool that made the claim; one of the same name that came later does not answer for it.</summary>
    private NodePool? OwnerOf(NodeClaim claim) =>
        context.Stores.PoolOf(claim) is { } pool
        && claim.Metadata.OwnerReferences.Any(it => it.Kind == NodePool.Resource.Kind && it.Uid == pool.Metadata.Uid)
            ? pool
            : null;
}
