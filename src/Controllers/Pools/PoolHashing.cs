using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Api.Rules;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>
/// Keeps the hash of the template on the pool. When the way of hashing changed between versions, claims are stamped
/// anew first: otherwise an upgrade would look like drift and roll the fleet.
/// </summary>
internal sealed class PoolHashing(OperatorContext context) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Pools.Get(key) is not { } pool || !context.Kinds.Has(pool))
            return Requeue.Never;
        var hash = NodePoolHash.Of(pool);
        if (pool.Metadata.Annotations.GetValueOrDefault(Annotations.NodePoolHashVersion) != Annotations.HashVersion)
            foreach (var claim in context.Stores.Claims.ByIndex(Stores.ByPool, key.Name).Where(context.Kinds.Has))
                await RestampAsync(claim, hash, cancel);
        await context.Kube.WriteAsync(
            pool,
            pool with
            {
                Metadata = pool.Metadata with { Annotations = Stamped(pool.Metadata.Annotations, hash) },
            },
            cancel
        );
        return Requeue.Never;
    }

    /// <summary>A claim that has drifted already keeps its old hash, and so stays drifted.</summary>
    private async ValueTask RestampAsync(NodeClaim claim, string hash, CancellationToken cancel)
    {
        var annotations = claim.Metadata.Annotations;
        if (annotations.GetValueOrDefault(Annotations.NodePoolHashVersion) == Annotations.HashVersion)
            return;
        var own = claim.Condition(ConditionTypes.Drifted) is null
            ? hash
            : annotations.GetValueOrDefault(Annotations.NodePoolHash, "");
        await context.Kube.WriteAsync(
            claim,
            claim with
            {
                Metadata = claim.Metadata with { Annotations = Stamped(annotations, own) },
            },
            cancel
        );
    }

    private static ImmutableSortedDictionary<string, string> Stamped(
        IReadOnlyDictionary<string, string> annotations,
        string hash
    ) =>
        annotations
            .ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(Annotations.NodePoolHash, hash)
            .SetItem(Annotations.NodePoolHashVersion, Annotations.HashVersion);
}
