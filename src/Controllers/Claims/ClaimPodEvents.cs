using Tenon.Api.Core;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Controllers.Claims;

/// <summary>
/// Notes on the claim when a pod last came to or left its node; <c>consolidateAfter</c> counts from there.
/// </summary>
internal sealed class ClaimPodEvents(OperatorContext context) : IReconciler<ObjectKey>
{
    private static readonly TimeSpan Dedupe = TimeSpan.FromSeconds(10);

    /// <summary>The node a change of a pod matters to: newly bound, ended, terminating, or gone.</summary>
    public static IEnumerable<ObjectKey> NodesOf(StoreChange<Pod> change)
    {
        var pod = change.Item;
        if (pod.Spec.NodeName is not { Length: > 0 } node || pod.IsOwnedByDaemonSet)
            return [];
        var isNews =
            change.Old is not { } old
            || change.New is not { } now
            || (!old.IsScheduled && now.IsScheduled)
            || (!old.IsTerminal && now.IsTerminal)
            || (!old.IsTerminating && now.IsTerminating);
        return isNews ? [new ObjectKey(null, node)] : [];
    }

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            context.Stores.Nodes.Get(key) is not { } node
            || context.Stores.ClaimsOf(node).ToList() is not [var claim]
            || !context.Kinds.Has(claim)
        )
            return Requeue.Never;
        var now = context.Time.GetUtcNow();
        if (claim.Status.LastPodEventTime is { } last && now - last < Dedupe)
            return Requeue.Never;
        await context.Kube.WriteStatusAsync(
            claim,
            claim with
            {
                Status = claim.Status with { LastPodEventTime = now },
            },
            cancel
        );
        return Requeue.Never;
    }
}
