using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Disruption.Churn;
using Tenon.Foundation.Units;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Scheduling;

namespace Tenon.Controllers.Provisioning;

/// <param name="Reason">The <c>reason</c> label of the created counter.</param>
/// <param name="Nominates">Its pods are told where they will go.</param>
/// <param name="Promised">What consolidation expects it to cost; null when nothing was promised.</param>
internal sealed record ClaimOrder(NewClaim Plan, string Reason, bool Nominates, HourlyPrice? Promised = null);

/// <summary>
/// Creates claims. A creation whose answer was lost may or may not have happened; until the claims have been listed
/// anew nobody plans on top of it, so that one need is never bought twice.
/// </summary>
internal sealed partial class ClaimCreator(
    KubeClient kube,
    ClusterView view,
    ClusterFeed feed,
    Stores stores,
    Announcer announcer,
    DecisionJournal journal,
    TenonMetrics metrics,
    ILogger<ClaimCreator> log
)
{
    private const int TypesShown = 5;
    private volatile bool _hasDoubt;

    /// <summary>Names of created claims, to be looked at once more by the guard.</summary>
    public Trigger<string> Guard { get; } = new();

    public bool HasDoubt => _hasDoubt;

    public async ValueTask ResolveDoubtAsync(CancellationToken cancel)
    {
        await feed.RelistClaimsAsync(kube, cancel);
        _hasDoubt = false;
    }

    /// <summary>
    /// The created claims, in the order asked for. Throws when one could not be created, after trying them all.
    /// </summary>
    public async ValueTask<ImmutableArray<NodeClaim>> CreateAsync(
        ImmutableArray<ClaimOrder> orders,
        CancellationToken cancel
    )
    {
        var results = await Task.WhenAll(orders.Select(order => CreateOneAsync(order, cancel)));
        var failures = results.Select(static it => it.Error).OfType<string>().ToList();
        if (failures.Count > 0)
            throw new InvalidOperationException($"creating node claim, {string.Join("; ", failures)}");
        return [.. results.Select(static it => it.Claim!)];
    }

    private async Task<(NodeClaim? Claim, string? Error)> CreateOneAsync(ClaimOrder order, CancellationToken cancel)
    {
        var name = order.Plan.Pool.Metadata.Name ?? "";
        if (stores.Pools.Get(null, name) is not { } pool)
            return (null, $"getting current resource usage, nodepool {name} not found");
        if (OverLimit(pool, view.Current.UsageOf(name)) is { } over)
            return (null, over);
        var result = await kube.CreateAsync(Ordered(order), cancel);
        if (!result.IsOk)
        {
            if (result.Error.Kind is KubeErrorKind.Unavailable or KubeErrorKind.Internal)
                _hasDoubt = true;
            return (null, result.Error.ToString());
        }
        var claim = result.Value;
        feed.Created(claim);
        Guard.Fire(claim.Metadata.Name ?? "", ClaimGuard.Patience);
        Tell(claim, order);
        return (claim, null);
    }

    private static NodeClaim Ordered(ClaimOrder order)
    {
        var claim = order.Plan.ToNodeClaim();
        if (order.Promised is not { } price)
            return claim;
        var annotations = claim
            .Metadata.Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(PricePromise.Annotation, PricePromise.Text(price));
        return claim with { Metadata = claim.Metadata with { Annotations = annotations } };
    }

    /// <summary>Strictly over: a pool may use exactly what it is limited to.</summary>
    internal static string? OverLimit(NodePool pool, ResourceList usage)
    {
        foreach (var (resource, limit) in pool.Spec.Limits ?? ResourceList.Empty)
            if (usage.Of(resource) > limit)
                return $"resource usage exceeds limit (limit={limit}, resource-name={resource}, usage={usage.Of(resource)})";
        return null;
    }

    private void Tell(NodeClaim claim, ClaimOrder order)
    {
        var plan = order.Plan;
        var rest = plan.Types.Length > TypesShown ? $" and {plan.Types.Length - TypesShown} other(s)" : "";
        var shown = string.Join(", ", plan.Types.Take(TypesShown).Select(static type => type.Name)) + rest;
        LogCreated(log, claim.Metadata.Name ?? "", claim.PoolName, plan.Requests, shown);
        metrics.ClaimCreated(claim, order.Reason);
        journal.Record(
            DecisionKind.Provision,
            $"nodeclaim/{claim.Metadata.Name}",
            $"{order.Reason} for {plan.Pods.Length} pod(s), may become {shown}",
            plan.Price.Micros
        );
        if (order.Nominates)
            announcer.NominateNew(claim.Metadata.Name ?? "", plan);
    }

    [LoggerMessage(
        EventId = 2220,
        Level = LogLevel.Information,
        Message = "created nodeclaim {NodeClaim} of nodepool {NodePool}, requests {Requests}, instance types {InstanceTypes}"
    )]
    private static partial void LogCreated(
        ILogger logger,
        string nodeClaim,
        string nodePool,
        ResourceList requests,
        string instanceTypes
    );
}

/// <summary>Looks once more, some time after a creation, whether the claim that is waited for still exists.</summary>
internal sealed class ClaimGuard(KubeClient kube, ClusterFeed feed) : IReconciler<string>
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async ValueTask<Requeue> ReconcileAsync(string key, CancellationToken cancel)
    {
        await feed.ForgetIfGoneAsync(kube, key, cancel);
        return Requeue.Never;
    }
}
