using Microsoft.Extensions.Logging;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Domain.Claims;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Claims;

/// <summary>
/// Deletes claims that outlived their <c>expireAfter</c>. No budget gates it; the drain that follows is as polite as
/// any.
/// </summary>
internal sealed partial class ClaimExpiration(OperatorContext context, ILogger<ClaimExpiration> log)
    : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Claims.Get(key) is not { } claim || !context.Kinds.Has(claim) || claim.Metadata.IsDeleting)
            return Requeue.Never;
        if (Expiration.Deadline(claim) is not { } deadline)
            return Requeue.Never;
        var left = deadline - context.Time.GetUtcNow();
        if (left > TimeSpan.Zero)
            return Requeue.In(left);
        var pods = claim.Status.NodeName is { Length: > 0 } node
            ? context.Stores.PodsOn(node).Count(static pod => pod.IsReschedulable)
            : 0;
        if (!await context.Kube.DeleteIfThereAsync(claim, cancel))
            return Requeue.Never;
        context.Metrics.ClaimDisrupted(claim, "expired", pods: pods);
        LogExpired(log, key.Name);
        context.Journal.Record(DecisionKind.Expire, $"nodeclaim/{key.Name}", $"older than {claim.Spec.ExpireAfter}");
        return Requeue.Never;
    }

    [LoggerMessage(EventId = 2160, Level = LogLevel.Information, Message = "deleting expired nodeclaim {NodeClaim}")]
    private static partial void LogExpired(ILogger logger, string nodeClaim);
}
