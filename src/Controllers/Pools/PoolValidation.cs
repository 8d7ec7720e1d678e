using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>Checks what admission cannot: the condition <c>ValidationSucceeded</c>.</summary>
internal sealed class PoolValidation(OperatorContext context, LabelVocabulary vocabulary) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Pools.Get(key) is not { } pool || !context.Kinds.Has(pool))
            return Requeue.Never;
        var faults = NodePoolRules.Check(pool, vocabulary);
        var judged = faults.IsEmpty
            ? pool.SetTrue(ConditionTypes.ValidationSucceeded, context.Time.GetUtcNow())
            : pool.Set(
                ConditionTypes.ValidationSucceeded,
                ConditionStatus.False,
                ConditionReasons.NodePoolValidationFailed,
                NodePoolRules.Message(faults),
                context.Time.GetUtcNow()
            );
        await context.Kube.WriteStatusAsync(pool, judged, cancel);
        return Requeue.Never;
    }
}
