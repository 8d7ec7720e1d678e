using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Controllers.Cluster;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>Checks what admission cannot: the condition <c>ValidationSucceeded</c>.</summary>
internal sealed class PoolValidation(
    KubeClient kube,
    Stores stores,
    ManagedKinds kinds,
    LabelVocabulary vocabulary,
    TimeProvider time
) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (stores.Pools.Get(key) is not { } pool || !kinds.Has(pool))
            return Requeue.Never;
        var faults = NodePoolRules.Check(pool, vocabulary);
        var judged = faults.IsEmpty
            ? pool.SetTrue(ConditionTypes.ValidationSucceeded, time.GetUtcNow())
            : pool.Set(
                ConditionTypes.ValidationSucceeded,
                ConditionStatus.False,
                ConditionReasons.NodePoolValidationFailed,
                NodePoolRules.Message(faults),
                time.GetUtcNow()
            );
        await kube.WriteStatusAsync(pool, judged, cancel);
        return Requeue.Never;
    }
}
