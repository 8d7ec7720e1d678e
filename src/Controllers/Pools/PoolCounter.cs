using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;

namespace Tenon.Controllers.Pools;

/// <summary>Shows on the pool what it holds: <c>status.resources</c> and <c>status.nodes</c>.</summary>
internal sealed class PoolCounter(OperatorContext context) : IReconciler<ObjectKey>
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Unsynced = TimeSpan.FromSeconds(1);
    private static readonly string[] AlwaysShown =
    [
        Resources.Cpu,
        Resources.Memory,
        Resources.Pods,
        Resources.EphemeralStorage,
        Resources.Nodes,
    ];

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (context.Stores.Pools.Get(key) is not { } pool || !context.Kinds.Has(pool))
            return Requeue.Never;
        if (!context.Feed.IsSynced)
            return Requeue.In(Unsynced);
        var usage = context.View.Current.UsageOf(key.Name);
        foreach (var name in AlwaysShown)
            if (!usage.ContainsKey(name))
                usage = usage.With(name, Quantity.Zero);
        var counted = pool with
        {
            Status = pool.Status with { Resources = usage, Nodes = usage.Of(Resources.Nodes).ToUnits() },
        };
        await context.Kube.WriteStatusAsync(pool, counted, cancel);
        return Requeue.In(Period);
    }
}
