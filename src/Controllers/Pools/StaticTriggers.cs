using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Controllers.Pools;

/// <summary>What wakes the two controllers of pools with a fixed size.</summary>
internal static class StaticTriggers
{
    /// <summary>The pool is new, its size changed, or it became ready.</summary>
    public static bool Grows(StoreChange<NodePool> change) =>
        change is { New.Spec.Replicas: not null }
        && (
            change.Old is null
            || HasNewSize(change)
            || (!change.Old.Is(ConditionTypes.Ready) && change.New.Is(ConditionTypes.Ready))
        );

    /// <summary>The pool is new or its size changed.</summary>
    public static bool Shrinks(StoreChange<NodePool> change) =>
        change is { New.Spec.Replicas: not null } && (change.Old is null || HasNewSize(change));

    /// <summary>A claim of the pool is going or gone: a node may be missing.</summary>
    public static bool Leaves(StoreChange<NodeClaim> change) =>
        change.IsDeletion
        || (change.Old is { Metadata.IsDeleting: false } && change.New is { Metadata.IsDeleting: true });

    public static Source<ObjectKey> Pools(Stores stores, Func<StoreChange<NodePool>, bool> matters) =>
        Source.Of<NodePool, ObjectKey>(stores.Pools, change => matters(change) ? [change.Key] : []);

    public static Source<ObjectKey> Claims(Stores stores, Func<StoreChange<NodeClaim>, bool> matters) =>
        Source.Of<NodeClaim, ObjectKey>(
            stores.Claims,
            change =>
                matters(change) && stores.PoolOf(change.Item) is { Spec.Replicas: not null } pool
                    ? [ObjectKey.Of(pool)]
                    : []
        );

    private static bool HasNewSize(StoreChange<NodePool> change) =>
        change.Old?.Spec.Replicas != change.New?.Spec.Replicas;
}
