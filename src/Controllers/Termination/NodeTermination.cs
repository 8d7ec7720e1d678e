using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Provisioning;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Claims;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Termination;

/// <summary>
/// Ends a Node. Expected flow: tainted and taken off load balancers, drained tier by tier, volumes detached, machine
/// returned, finalizer removed. Guarantees: pods leave before the machine unless the machine is already gone or the
/// claim's deadline has passed. Every step is read off the world again at each reconcile.
/// </summary>
internal sealed partial class NodeTermination(
    OperatorContext context,
    EvictionQueue evictions,
    PodPlaces places,
    ReplicaRolls rolls,
    ILogger<NodeTermination> log
) : IReconciler<ObjectKey>
{
    private const string LoadBalancerValue = "karpenter";
    private const int VolumesShown = 5;

    /// <summary>
    /// An empty node is drained for at least this long: pods that were just bound may not be visible yet.
    /// </summary>
    private static readonly TimeSpan MinDrainTime = TimeSpan.FromSeconds(5);

    /// <summary>Longest time a drain waits for a place for the node's pods.</summary>
    private static readonly TimeSpan PatienceForPlaces = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskProviderAgain = TimeSpan.FromSeconds(5);

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            context.Stores.Nodes.Get(key) is not { } node
            || !node.Metadata.IsDeleting
            || !context.Kinds.Has(node)
            || !node.Metadata.Finalizers.Contains(Finalizers.Termination)
        )
            return Requeue.Never;
        var claim = context.Stores.ClaimsOf(node).ToList() is [var only] ? only : null;
        if (claim is { Metadata.IsDeleting: false })
            await context.Kube.DeleteIfThereAsync(claim, cancel);
        if (!node.IsReady && await IsMachineGoneAsync(node, cancel))
        {
            await RemoveFinalizerAsync(node, cancel);
            return Requeue.Never;
        }
        var deadline = DeadlineOf(claim);
        if (deadline is not null)
            WarnOfDeadline(node, claim!);
        if (await context.Kube.WriteAsync(node, Leaving(node), cancel) is not { } tainted)
            return Requeue.Never;
        return await StepsAsync(tainted, claim, deadline, cancel);
    }

    private async ValueTask<Requeue> StepsAsync(
        Node node,
        NodeClaim? claim,
        DateTimeOffset? deadline,
        CancellationToken cancel
    )
    {
        var after = claim;
        var wait = Drain(node, ref after, deadline);
        if (wait is null)
            wait = Detach(node, ref after, deadline);
        Requeue? machine = null;
        if (wait is null && after is not null)
            (machine, after) = await ReturnMachineAsync(after, cancel);
        if (claim is not null && after is not null)
        {
            await context.Kube.WriteStatusAsync(claim, after, cancel);
            if (!claim.Is(ConditionTypes.Drained) && after.Is(ConditionTypes.Drained))
                context.Metrics.NodeDrained(claim);
        }
        if ((wait ?? machine) is { } again)
            return again;
        await RemoveFinalizerAsync(node, cancel);
        return Requeue.Never;
    }

    private Requeue? Drain(Node node, ref NodeClaim? claim, DateTimeOffset? deadline)
    {
        var now = context.Time.GetUtcNow();
        if (claim is not null && claim.Condition(ConditionTypes.Drained) is null)
        {
            claim = claim.SetUnknown(ConditionTypes.Drained, ConditionReasons.Draining, "Draining", now);
            context.Journal.Record(
                DecisionKind.Drain,
                $"node/{node.Metadata.Name}",
                claim.Condition(ConditionTypes.DisruptionReason)?.Reason ?? "deleted"
            );
        }
        var plan = DrainPlan.For(context.Stores.PodsOn(node.Metadata.Name ?? ""), now, deadline);
        var isHeld = claim is not null && AwaitsPlaces(node, claim, deadline, now);
        foreach (var pod in isHeld ? plan.Force : plan.Force.Concat(plan.Evict))
            evictions.Add(pod, deadline);
        if (!plan.IsDrained)
        {
            context.Events.Publish(
                new KubeEvent(
                    node,
                    KubeEvent.Warning,
                    EventReasons.FailedDraining,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Failed to drain node, {plan.Waiting} pods are waiting to be evicted"
                    )
                )
                {
                    DedupeValues = [node.Metadata.Name ?? ""],
                }
            );
            return Requeue.In(LookAgain);
        }
        if (claim is null || claim.Is(ConditionTypes.Drained))
            return null;
        if (claim.Condition(ConditionTypes.Drained)?.LastTransitionTime is { } since && now - since < MinDrainTime)
            return Requeue.In(LookAgain);
        claim = claim.SetTrue(ConditionTypes.Drained, now);
        return null;
    }

    /// <summary>
    /// Replacement before drain: while the provisioner still works on a place for a pod of this node, no pod is
    /// evicted. Not where no place can be found, the machine or its time is ending, or it has taken too long.
    /// </summary>
    private bool AwaitsPlaces(Node node, NodeClaim claim, DateTimeOffset? deadline, DateTimeOffset now)
    {
        if (
            !context.Options.ReplaceBeforeDrain
            || !node.IsReady
            || rolls.IsMachineEnding(node.Spec.ProviderId)
            || now - node.Metadata.DeletionTimestamp > PatienceForPlaces
        )
            return false;
        var pdbs = new PdbLimits(context.Stores.Budgets.All);
        var pods = context
            .Stores.PodsOn(node.Metadata.Name ?? "")
            .Where(pod => pdbs.IsCurrentlyReschedulable(pod, now))
            .ToList();
        if (deadline is { } end && now >= InterruptionTiming.LatestDrain(pods, end))
            return false;
        return pods.Exists(pod =>
            !places.IsHopeless(pod) && places.Missing(pod, claim) is not null && !rolls.HasSuccessor(pod)
        );
    }

    private Requeue? Detach(Node node, ref NodeClaim? claim, DateTimeOffset? deadline)
    {
        var now = context.Time.GetUtcNow();
        var blocking = BlockingAttachments(node, now);
        if (blocking.IsEmpty)
        {
            claim = claim?.SetTrue(ConditionTypes.VolumesDetached, now);
            return null;
        }
        if (deadline is { } end && now > end)
        {
            claim = claim?.Set(
                ConditionTypes.VolumesDetached,
                ConditionStatus.False,
                ConditionReasons.TerminationGracePeriodElapsed,
                ConditionReasons.TerminationGracePeriodElapsed,
                now
            );
            return null;
        }
        var rest = blocking.Length > VolumesShown ? $" and {blocking.Length - VolumesShown} other(s)" : "";
        context.Events.Publish(
            new KubeEvent(
                node,
                KubeEvent.Normal,
                EventReasons.AwaitingVolumeDetachment,
                $"Awaiting deletion of bound volumeattachments ({string.Join(", ", blocking.Take(VolumesShown))}{rest})"
            )
            {
                DedupeValues = [node.Metadata.Name ?? ""],
            }
        );
        claim = claim?.SetUnknown(
            ConditionTypes.VolumesDetached,
            ConditionReasons.AwaitingVolumeDetachment,
            ConditionReasons.AwaitingVolumeDetachment,
            now
        );
        return Requeue.In(LookAgain);
    }

    private async ValueTask<(Requeue? Again, NodeClaim Claim)> ReturnMachineAsync(
        NodeClaim claim,
        CancellationToken cancel
    )
    {
        var outcome = await context.Cloud.TerminateAsync(claim, cancel);
        if (outcome is TerminateOutcome.Failed failed)
            return failed.RetryAfter is { } pause
                ? (Requeue.In(pause), claim)
                : throw new InvalidOperationException(failed.Message);
        var terminating = claim.SetTrue(ConditionTypes.InstanceTerminating, context.Time.GetUtcNow());
        return (outcome is TerminateOutcome.Gone ? null : Requeue.In(AskProviderAgain), terminating);
    }

    /// <summary>Volumes that pods which stay on the node use are not waited for: nobody will detach them.</summary>
    private ImmutableArray<string> BlockingAttachments(Node node, DateTimeOffset now)
    {
        var name = node.Metadata.Name ?? "";
        var staying = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pod in context.Stores.PodsOn(name).Where(pod => !DrainPlan.IsDrainable(pod, now)))
        foreach (var volume in pod.Spec.Volumes)
            if (
                volume.PersistentVolumeClaim?.ClaimName is { } claimName
                && context.Stores.VolumeClaims.Get(pod.Metadata.Namespace, claimName)?.Spec.VolumeName is { } persistent
            )
                staying.Add(persistent);
        return
        [
            .. context
                .Stores.Attachments.ByIndex(Stores.ByNode, name)
                .Where(it => it.Spec.Source.PersistentVolumeName is { } volume && !staying.Contains(volume))
                .Select(static it => it.Metadata.Name ?? ""),
        ];
    }

    private async ValueTask<bool> IsMachineGoneAsync(Node node, CancellationToken cancel)
    {
        if (node.Spec.ProviderId is not { Length: > 0 } id)
            return false;
        return await context.Cloud.GetAsync(id, cancel) switch
        {
            MachineOutcome.Gone => true,
            MachineOutcome.Failed failed => throw new InvalidOperationException(failed.Message),
            _ => false,
        };
    }

    private static Node Leaving(Node node)
    {
        var taints = node.Spec.Taints.Any(static taint => Tolerations.SameTaint(taint, Taints.Disrupted))
            ? node.Spec.Taints
            : [.. node.Spec.Taints.Where(static taint => taint.Key != Taints.DisruptedKey), Taints.Disrupted];
        var labels = node
            .Metadata.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(WellKnownLabels.ExcludeFromLoadBalancers, LoadBalancerValue);
        return node with
        {
            Metadata = node.Metadata with { Labels = labels },
            Spec = node.Spec with { Taints = taints },
        };
    }

    private static DateTimeOffset? DeadlineOf(NodeClaim? claim)
    {
        if (
            claim is null
            || !claim.Metadata.Annotations.TryGetValue(Annotations.NodeClaimTerminationTimestamp, out var text)
        )
            return null;
        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var deadline
        )
            ? deadline
            : throw new InvalidOperationException(
                $"parsing {Annotations.NodeClaimTerminationTimestamp} annotation {text}"
            );
    }

    private void WarnOfDeadline(Node node, NodeClaim claim) =>
        context.Events.Publish(
            new KubeEvent(
                node,
                KubeEvent.Warning,
                EventReasons.TerminationGracePeriodExpiring,
                $"All pods will be deleted by {claim.Metadata.Annotations[Annotations.NodeClaimTerminationTimestamp]}"
            )
            {
                DedupeValues = [node.Metadata.Name ?? ""],
            }
        );

    private async ValueTask RemoveFinalizerAsync(Node node, CancellationToken cancel)
    {
        ImmutableArray<string> left = [.. node.Metadata.Finalizers.Where(static it => it != Finalizers.Termination)];
        if (
            await context.Kube.WriteAsync(
                node,
                node with
                {
                    Metadata = node.Metadata with { Finalizers = left },
                },
                cancel
            )
            is null
        )
            return;
        rolls.Forget(node.Spec.ProviderId ?? "");
        context.Metrics.NodeTerminated(node, context.Time.GetUtcNow());
        LogDeleted(log, node.Metadata.Name ?? "");
    }

    [LoggerMessage(EventId = 2410, Level = LogLevel.Information, Message = "deleted node {Node}")]
    private static partial void LogDeleted(ILogger logger, string node);
}
