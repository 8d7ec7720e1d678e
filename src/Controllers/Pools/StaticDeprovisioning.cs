using Microsoft.Extensions.Logging;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Disruption;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Operator;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Cluster;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>
/// Takes a pool with <c>spec.replicas</c> down to that many nodes, the ones that are missed least first. No budget
/// gates it: the size was asked for.
/// </summary>
internal sealed partial class StaticDeprovisioning(
    OperatorContext context,
    CommandQueue queue,
    ILogger<StaticDeprovisioning> log
) : IReconciler<ObjectKey>
{
    private static readonly TimeSpan Unsynced = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            context.Stores.Pools.Get(key) is not { Spec.Replicas: { } replicas } pool
            || !context.Kinds.Has(pool)
            || pool.Metadata.IsDeleting
        )
            return Requeue.Never;
        if (!context.Feed.HasSyncedOnce)
            return Requeue.In(Unsynced);
        var cluster = context.View.Current;
        var excess = PoolCount.Of(cluster, key.Name, queue.Keys).Active - replicas;
        if (excess <= 0)
            return Requeue.In(Period);
        var now = context.Time.GetUtcNow();
        foreach (var claim in StaticScaleDown.InOrder(cluster, key.Name, queue.Keys, now).Take(checked((int)excess)))
        {
            await context.Kube.DeleteIfThereAsync(claim, cancel);
            // Known at once, so that a look before the watch event comes does not take another one for it.
            context.View.Apply(
                new ClusterEvent.ClaimApplied(
                    claim with
                    {
                        Metadata = claim.Metadata with { DeletionTimestamp = now },
                    },
                    now
                )
            );
            LogDeleted(log, claim.Metadata.Name ?? "", key.Name, replicas);
            context.Journal.Record(
                DecisionKind.Disrupt,
                $"nodeclaim/{claim.Metadata.Name}",
                $"nodepool {key.Name} shall have {replicas} node(s)"
            );
        }
        return Requeue.In(Period);
    }

    [LoggerMessage(
        EventId = 2720,
        Level = LogLevel.Information,
        Message = "deleting nodeclaim {NodeClaim}: nodepool {NodePool} shall have {Replicas} nodes"
    )]
    private static partial void LogDeleted(ILogger logger, string nodeClaim, string nodePool, long replicas);
}
