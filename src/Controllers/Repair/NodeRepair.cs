using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Claims;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Repair;

/// <summary>
/// Replaces nodes that have been sick for longer than the provider tolerates, at once and past every budget, as long as
/// at most a fifth of their peers are sick: beyond that the sickness is more likely the cluster's than the nodes'.
/// </summary>
internal sealed partial class NodeRepair(OperatorContext context, ILogger<NodeRepair> log) : IReconciler<ObjectKey>
{
    private const int LargestSickShare = 20;
    private static readonly TimeSpan BlockedAgain = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BlockedWindow = TimeSpan.FromMinutes(15);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            context.Stores.Nodes.Get(key) is not { } node
            || !context.Kinds.Has(node)
            || context.Stores.ClaimsOf(node).ToList() is not [var claim]
        )
            return Requeue.Never;
        if (Sickness(node) is not { } sickness)
            return Requeue.Never;
        var now = context.Time.GetUtcNow();
        if (now < sickness.At)
            return Requeue.In(sickness.At - now);
        if (Blocked(claim) is { } why)
        {
            foreach (
                var uid in new[]
                {
                    node.Metadata.Uid,
                    claim.Metadata.Uid,
                    context.Stores.PoolOf(claim)?.Metadata.Uid,
                }.OfType<string>()
            )
                context.Events.Publish(
                    new KubeEvent(node, KubeEvent.Warning, EventReasons.NodeRepairBlocked, why)
                    {
                        DedupeValues = [uid],
                        DedupeTimeout = BlockedWindow,
                    }
                );
            return Requeue.In(BlockedAgain);
        }
        await ForceAsync(claim, now, cancel);
        if (claim.Metadata.IsDeleting || !await context.Kube.DeleteIfThereAsync(claim, cancel))
            return Requeue.Never;
        var pods = context.Stores.PodsOn(key.Name).Count(static pod => pod.IsReschedulable);
        context.Metrics.ClaimDisrupted(claim, "unhealthy", pods: pods);
        context.Metrics.UnhealthyDisrupted(claim, sickness.Condition);
        LogRepaired(log, key.Name, sickness.Condition);
        context.Journal.Record(
            DecisionKind.Repair,
            $"node/{key.Name}",
            $"{sickness.Condition} for longer than the provider tolerates"
        );
        return Requeue.Never;
    }

    /// <summary>The sickness that runs out of tolerance first.</summary>
    private (string Condition, DateTimeOffset At)? Sickness(Node node)
    {
        (string Condition, DateTimeOffset At)? first = null;
        foreach (var policy in context.Cloud.RepairPolicies)
        foreach (var condition in node.Status.Conditions)
            if (
                condition.Type == policy.ConditionType
                && condition.Status == policy.ConditionStatus
                && condition.LastTransitionTime + policy.Toleration is { } at
                && (first is null || at < first.Value.At)
            )
                first = (condition.Type, at);
        return first;
    }

    private string? Blocked(NodeClaim claim)
    {
        var pool = claim.PoolName;
        var peers = context
            .Stores.Nodes.All.Where(it =>
                pool.Length == 0 || it.Metadata.Labels.GetValueOrDefault(WellKnownLabels.NodePool) == pool
            )
            .ToList();
        var sick = peers.Count(it => Sickness(it) is not null);
        if (sick <= (LargestSickShare * peers.Count + 99) / 100)
            return null;
        return pool.Length > 0
            ? "more than 20% nodes are unhealthy in the nodepool"
            : "more then 20% nodes are unhealthy in the cluster";
    }

    /// <summary>
    /// The deadline is now, so that nothing on the node can hold it; one that has passed already stays as it is.
    /// </summary>
    private async ValueTask ForceAsync(NodeClaim claim, DateTimeOffset now, CancellationToken cancel)
    {
        if (
            claim.Metadata.Annotations.TryGetValue(Annotations.NodeClaimTerminationTimestamp, out var text)
            && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var set)
            && set <= now
        )
            return;
        var annotations = claim
            .Metadata.Annotations.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(Annotations.NodeClaimTerminationTimestamp, ClaimFinalization.Rfc3339(now));
        await context.Kube.WriteAsync(
            claim,
            claim with
            {
                Metadata = claim.Metadata with { Annotations = annotations },
            },
            cancel
        );
    }

    [LoggerMessage(
        EventId = 2601,
        Level = LogLevel.Information,
        Message = "deleting unhealthy node {Node}, {Condition}"
    )]
    private static partial void LogRepaired(ILogger logger, string node, string condition);
}
