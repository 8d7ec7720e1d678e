using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Controllers.Claims;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Domain.Claims;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>
/// Forgets how a pool's machines came up once the pool or its node class changed: the past says nothing about them.
/// </summary>
internal sealed class PoolRegistrationHealth(
    OperatorContext context,
    NodeClassReader classes,
    RegistrationHealthBook book
) : IReconciler<ObjectKey>
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(30);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Pools.Get(key) is not { } pool || !context.Kinds.Has(pool))
            return Requeue.Never;
        if (await classes.ReadAsync(pool.Spec.Template.Spec.NodeClassRef, cancel) is not { } state)
            return Requeue.In(Poll);
        var uid = pool.Metadata.Uid ?? "";
        var condition = pool.Condition(ConditionTypes.NodeRegistrationHealthy);
        if (
            book.Of(uid).State == PoolHealth.Unknown
            && condition?.Status is ConditionStatus.True or ConditionStatus.False
        )
            book.Set(
                uid,
                condition.Status == ConditionStatus.True ? RegistrationHealth.Healthy : RegistrationHealth.Unhealthy
            );
        var after = pool;
        if (
            condition is null
            || pool.Status.NodeClassObservedGeneration != state.Generation
            || condition.ObservedGeneration != pool.Metadata.Generation
        )
        {
            book.Set(uid, RegistrationHealth.Unknown);
            after = pool.Set(
                ConditionTypes.NodeRegistrationHealthy,
                ConditionStatus.Unknown,
                ConditionReasons.AwaitingReconciliation,
                "object is awaiting reconciliation",
                context.Time.GetUtcNow()
            );
        }
        after = after with { Status = after.Status with { NodeClassObservedGeneration = state.Generation } };
        await context.Kube.WriteStatusAsync(pool, after, cancel);
        return Requeue.In(Poll);
    }
}
