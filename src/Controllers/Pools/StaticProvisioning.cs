using Microsoft.Extensions.Logging;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Disruption;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Provisioning;
using Tenon.Disruption.Methods;
using Tenon.Domain.Cluster;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>
/// Keeps a pool with <c>spec.replicas</c> at that many nodes, within its limit on nodes. Each pass counts anew, so a
/// creation that failed is made good by the next one.
/// </summary>
internal sealed partial class StaticProvisioning(
    OperatorContext context,
    ClaimCreator creator,
    SchedulingInputs scheduling,
    CommandQueue queue,
    NodeReservations reservations,
    ILogger<StaticProvisioning> log
) : IReconciler<ObjectKey>
{
    private static readonly TimeSpan Unsynced = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AtLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            context.Stores.Pools.Get(key) is not { Spec.Replicas: { } replicas } pool
            || !context.Kinds.Has(pool)
            || pool.Metadata.IsDeleting
            || !pool.Is(ConditionTypes.Ready)
        )
            return Requeue.Never;
        if (!context.Feed.HasSyncedOnce)
            return Requeue.In(Unsynced);
        if (creator.HasDoubt)
            await creator.ResolveDoubtAsync(cancel);
        var count = PoolCount.Of(context.View.Current, key.Name, queue.Keys);
        if (count.Active + count.PendingDisruption >= replicas)
            return Requeue.In(Period);
        var limit = PoolCount.NodeLimit(pool);
        var granted = reservations.Reserve(key.Name, limit, count.All, replicas - count.Active);
        if (granted <= 0)
        {
            LogAtLimit(log, key.Name, limit);
            return Requeue.In(AtLimit);
        }
        try
        {
            var order = new ClaimOrder(StaticDrift.Bare(pool, scheduling.Options), "provisioned", Nominates: false);
            await creator.CreateAsync([.. Enumerable.Repeat(order, checked((int)granted))], cancel);
        }
        finally
        {
            reservations.Release(key.Name, granted);
        }
        return Requeue.In(Period);
    }

    [LoggerMessage(
        EventId = 2710,
        Level = LogLevel.Information,
        Message = "nodepool {NodePool} wants more nodes than its limit of {Limit} allows"
    )]
    private static partial void LogAtLimit(ILogger logger, string nodePool, long limit);
}
