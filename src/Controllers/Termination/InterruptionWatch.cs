using System.Globalization;
using Microsoft.Extensions.Logging;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Disruption;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Provisioning;
using Tenon.Domain.Claims;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Controllers.Termination;

/// <summary>
/// Acts on what the cloud announces. Expected flow for a reclaim: the machine is marked, so that the provisioner buys a
/// place for its pods at once; the drain starts when that place is ready, or when the pods' own grace periods would not
/// fit before the deadline any more. Guarantees: a notice is acknowledged only after the claim was deleted, so a crash
/// in between makes it come again; hearing a notice twice does nothing twice.
/// </summary>
internal sealed partial class InterruptionWatch(
    OperatorContext context,
    IInterruptionSource source,
    PodPlaces places,
    ReplicaRolls rolls,
    DisruptionMarks marks,
    ILogger<InterruptionWatch> log
)
{
    private const int MostAtOnce = 10;

    /// <summary>Between two looks at machines whose drain has not begun.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Pending> _pending = new(StringComparer.Ordinal);

    /// <summary>Hears what the cloud has to say; a source may take its context.Time to answer.</summary>
    public async ValueTask<Requeue> ListenAsync(CancellationToken cancel)
    {
        foreach (var delivery in await source.ReceiveAsync(MostAtOnce, cancel))
        {
            var isWaiting = false;
            foreach (var notice in delivery.Notices)
                isWaiting |= await HearAsync(notice, delivery, cancel);
            if (!isWaiting)
                await source.AcknowledgeAsync(delivery, cancel);
        }
        return Requeue.In(Poll);
    }

    /// <summary>Begins the drains that are due.</summary>
    public async ValueTask<Requeue> DrainAsync(CancellationToken cancel)
    {
        List<KeyValuePair<string, Pending>> waiting;
        lock (_gate)
            waiting = [.. _pending];
        foreach (var (id, pending) in waiting)
        {
            if (!await DrainWhenDueAsync(id, pending, cancel))
                continue;
            await source.AcknowledgeAsync(pending.Delivery, cancel);
            lock (_gate)
                _pending.Remove(id);
        }
        return Requeue.In(Poll);
    }

    /// <summary>True when the notice has to be remembered until the drain begins.</summary>
    private async ValueTask<bool> HearAsync(
        InterruptionNotice notice,
        InterruptionDelivery delivery,
        CancellationToken cancel
    )
    {
        if (
            context.Stores.Claims.ByIndex(Stores.ByProviderId, notice.ProviderId).FirstOrDefault()
            is not { Metadata.IsDeleting: false } claim
        )
            return false;
        switch (notice)
        {
            case InterruptionNotice.Reclaim reclaim:
                Tell(claim, "SpotInterrupted", "Spot interruption warning was triggered", KubeEvent.Warning);
                await AwaitAsync(claim, new Pending(delivery, reclaim.Deadline), cancel);
                return true;
            case InterruptionNotice.ScheduledMaintenance maintenance:
                Tell(
                    claim,
                    "InstanceUnhealthy",
                    $"Instance is scheduled for maintenance: {maintenance.What}",
                    KubeEvent.Warning
                );
                await AwaitAsync(claim, new Pending(delivery, maintenance.NotBefore), cancel);
                return true;
            case InterruptionNotice.RebalanceAdvice:
                Tell(
                    claim,
                    "SpotRebalanceRecommendation",
                    "Spot rebalance recommendation was triggered",
                    KubeEvent.Normal
                );
                break;
            case InterruptionNotice.Stopping:
                Tell(claim, "InstanceStopping", "Instance is stopping", KubeEvent.Warning);
                await DeleteAsync(claim, "the machine is stopping", cancel);
                break;
            case InterruptionNotice.Stopped:
                Tell(claim, "InstanceTerminating", "Instance is terminating", KubeEvent.Warning);
                await DeleteAsync(claim, "the machine is gone", cancel);
                break;
        }
        return false;
    }

    /// <summary>The mark makes its pods demand, the taint keeps new ones away and wakes the provisioner.</summary>
    private async ValueTask AwaitAsync(NodeClaim claim, Pending pending, CancellationToken cancel)
    {
        lock (_gate)
            if (!_pending.TryAdd(claim.Status.ProviderId ?? "", pending))
                return;
        rolls.MachineEnds(claim.Status.ProviderId ?? "", pending.Deadline);
        context.View.Apply(new ClusterEvent.Marked([claim.Status.ProviderId ?? ""], context.Time.GetUtcNow()));
        foreach (var node in context.Stores.NodesOf(claim))
            await marks.TaintAsync(node, cancel);
        context.Journal.Record(
            DecisionKind.Disrupt,
            $"nodeclaim/{claim.Metadata.Name}",
            "the cloud will take the machine: a place for its pods comes first"
        );
    }

    private async ValueTask<bool> DrainWhenDueAsync(string id, Pending pending, CancellationToken cancel)
    {
        if (
            context.Stores.Claims.ByIndex(Stores.ByProviderId, id).FirstOrDefault()
            is not { Metadata.IsDeleting: false } claim
        )
            return true;
        var pods = claim.Status.NodeName is { Length: > 0 } node
            ? context.Stores.PodsOn(node).Where(static pod => pod.IsReschedulable).ToList()
            : [];
        var now = context.Time.GetUtcNow();
        var latest = InterruptionTiming.LatestDrain(pods, pending.Deadline);
        List<(Pod Pod, string Why)> lost =
        [
            .. pods.Select(pod => (pod, Why: places.Missing(pod, claim)))
                .Where(static it => it.Why is not null)
                .Select(static it => (it.pod, it.Why!)),
        ];
        if (lost.Count > 0 && now < latest)
            return false;
        if (lost.Count > 0)
            Report(claim, pods.Count, lost, pending.Deadline);
        var saved =
            lost.Count == 0
                ? "a place for every pod is ready"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"time is up: {lost.Count} of {pods.Count} pods have no place yet"
                );
        await DeleteAsync(claim, saved, cancel);
        return true;
    }

    /// <summary>What could not be saved, and why: told on the claim, and kept in the journal pod by pod.</summary>
    private void Report(NodeClaim claim, int pods, List<(Pod Pod, string Why)> lost, DateTimeOffset deadline)
    {
        const int Shown = 5;
        foreach (var (pod, why) in lost)
            context.Journal.Record(
                DecisionKind.Drain,
                $"pod/{pod.Metadata.Namespace}/{pod.Metadata.Name}",
                $"interrupted before it had another place: {why}"
            );
        var named = string.Join(
            "; ",
            lost.Take(Shown).Select(static it => $"{it.Pod.Metadata.Namespace}/{it.Pod.Metadata.Name}: {it.Why}")
        );
        var rest = lost.Count > Shown ? $" and {lost.Count - Shown} other(s)" : "";
        Tell(
            claim,
            EventReasons.PodsNotSaved,
            $"{lost.Count} of {pods} pods had no other place before the machine goes at {Claims.ClaimFinalization.Rfc3339(deadline)}: {named}{rest}",
            KubeEvent.Warning
        );
    }

    private async ValueTask DeleteAsync(NodeClaim claim, string why, CancellationToken cancel)
    {
        if (!await context.Kube.DeleteIfThereAsync(claim, cancel))
            return;
        LogInterrupted(log, claim.Metadata.Name ?? "", why);
        context.Journal.Record(DecisionKind.Drain, $"nodeclaim/{claim.Metadata.Name}", $"interrupted; {why}");
    }

    private void Tell(NodeClaim claim, string reason, string message, string type)
    {
        foreach (var about in context.Stores.NodesOf(claim).Cast<Api.IKubeObject>().Append(claim))
            context.Events.Publish(
                new KubeEvent(about, type, reason, message) { DedupeValues = [about.Metadata.Uid ?? ""] }
            );
    }

    private sealed record Pending(InterruptionDelivery Delivery, DateTimeOffset Deadline);

    [LoggerMessage(
        EventId = 2420,
        Level = LogLevel.Information,
        Message = "deleting interrupted nodeclaim {NodeClaim}: {Why}"
    )]
    private static partial void LogInterrupted(ILogger logger, string nodeClaim, string why);
}
