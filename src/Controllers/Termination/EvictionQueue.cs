using System.Globalization;
using Microsoft.Extensions.Logging;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Domain.Claims;
using Tenon.Domain.Pods;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;

namespace Tenon.Controllers.Termination;

/// <summary>
/// Evicts pods one by one, patiently. An entry belongs to one incarnation of a pod and remembers the earliest deadline
/// its node ever had; a new pod under the same name is never touched by an old entry.
/// </summary>
internal sealed partial class EvictionQueue(OperatorContext context, ReplicaRolls rolls, ILogger<EvictionQueue> log)
    : IReconciler<ObjectKey>
{
    private const string TwoBudgets =
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    private static readonly TimeSpan RollPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, Entry> _entries = [];

    public Trigger<ObjectKey> Added { get; } = new();

    public void Add(Pod pod, DateTimeOffset? deadline)
    {
        var key = ObjectKey.Of(pod);
        lock (_gate)
        {
            var known = _entries.TryGetValue(key, out var entry) && entry.Uid == pod.Metadata.Uid;
            var earliest =
                known && entry.Deadline is { } old && (deadline is not { } fresh || old < fresh) ? old : deadline;
            if (known && earliest == entry.Deadline)
                return;
            _entries[key] = new Entry(pod.Metadata.Uid ?? "", earliest, known ? entry.Attempts : 0);
        }
        Added.Fire(key);
    }

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        Entry entry;
        lock (_gate)
            if (!_entries.TryGetValue(key, out entry))
                return Requeue.Never;
        var pod = context.Stores.Pods.Get(key);
        if (pod is null || pod.Metadata.Uid != entry.Uid)
            return Done(key, entry);
        var now = context.Time.GetUtcNow();
        if (DrainPlan.NeedsForce(pod, now, entry.Deadline))
            return await ForceAsync(key, entry, pod, now, cancel);
        if (!pod.IsActive)
            return Done(key, entry);
        if (pod.ToleratesDisruption || pod.IsOwnedByNode || pod.ForbidsDisruption(now))
            return Later(key, entry, pod, now);
        return await rolls.IsRollingAsync(pod, cancel)
            ? Requeue.In(RollPoll)
            : await EvictAsync(key, entry, pod, now, cancel);
    }

    private async ValueTask<Requeue> EvictAsync(
        ObjectKey key,
        Entry entry,
        Pod pod,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var result = await context.Kube.EvictAsync(pod, cancel);
        var reason = ReasonOf(pod);
        if (result.IsOk)
        {
            context.Metrics.Evicted(200);
            context.Metrics.PodDrained(reason);
            context.Events.Publish(
                new KubeEvent(pod, KubeEvent.Normal, EventReasons.Evicted, $"Evicted pod: {reason}")
                {
                    DedupeValues = [key.Name],
                }
            );
            context.Journal.Record(DecisionKind.Evict, $"pod/{key}", reason);
            return Done(key, entry);
        }
        var error = result.Error;
        if (error.Status > 0)
            context.Metrics.Evicted(error.Status);
        if (error.Kind is KubeErrorKind.NotFound or KubeErrorKind.Conflict)
            return Done(key, entry);
        if (error.Kind == KubeErrorKind.TooManyRequests)
            return Blocked(key, entry, pod, now, $"evicting pod violates a PDB (Pod={key})");
        if (error.Message.Contains(TwoBudgets, StringComparison.Ordinal))
            return Blocked(key, entry, pod, now, $"eviction does not support multiple PDBs (Pod={key})");
        throw new KubeException(error);
    }

    private async ValueTask<Requeue> ForceAsync(
        ObjectKey key,
        Entry entry,
        Pod pod,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var deadline = entry.Deadline!.Value;
        var grace = Math.Max((long)(deadline - now).TotalSeconds, 1);
        context.Events.Publish(
            new KubeEvent(
                pod,
                KubeEvent.Normal,
                EventReasons.Disrupted,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Deleting the pod to accommodate the terminationTime {ClaimsText(deadline)} of the node. The pod was granted {grace} seconds of grace-period of its {pod.Spec.TerminationGracePeriodSeconds} terminationGracePeriodSeconds. This bypasses the PDB of the pod and the do-not-disrupt annotation."
                )
            )
            {
                DedupeValues = [key.Name],
            }
        );
        var result = await context.Kube.DeleteAsync<Pod>(
            pod.Metadata.Namespace,
            key.Name,
            new Kube.Client.Requests.DeleteOptions { GracePeriodSeconds = grace, Uid = entry.Uid },
            cancel
        );
        if (!result.IsOk && !result.IsNotFound)
            throw new KubeException(result.Error);
        if (result.IsOk)
            context.Metrics.PodDrained(ReasonOf(pod));
        LogForced(log, key, grace);
        context.Journal.Record(
            DecisionKind.Evict,
            $"pod/{key}",
            $"deleted with {grace} s of grace: the node's context.Time is up"
        );
        return Done(key, entry);
    }

    private Requeue Blocked(ObjectKey key, Entry entry, Pod pod, DateTimeOffset now, string why)
    {
        if (context.Stores.Nodes.Get(null, pod.Spec.NodeName ?? "") is { } node)
            context.Events.Publish(
                new KubeEvent(node, KubeEvent.Warning, EventReasons.FailedDraining, $"Failed to drain node, {why}")
                {
                    DedupeValues = [node.Metadata.Name ?? ""],
                }
            );
        return Later(key, entry, pod, now);
    }

    /// <summary>With growing patience, but in context.Time for the moment at which the pod must be forced.</summary>
    private Requeue Later(ObjectKey key, Entry entry, Pod pod, DateTimeOffset now)
    {
        lock (_gate)
            if (_entries.TryGetValue(key, out var current) && current.Uid == entry.Uid)
                _entries[key] = current with { Attempts = current.Attempts + 1 };
        var pause = TimeSpan.FromTicks(Math.Min(LongestRetry.Ticks, FirstRetry.Ticks << Math.Min(entry.Attempts, 20)));
        if (entry.Deadline is { } deadline && pod.Spec.TerminationGracePeriodSeconds is { } seconds)
        {
            var left = deadline - TimeSpan.FromSeconds(seconds) - now + TimeSpan.FromMilliseconds(1);
            if (left > TimeSpan.Zero && left < pause)
                pause = left;
        }
        return Requeue.In(pause);
    }

    private Requeue Done(ObjectKey key, Entry entry)
    {
        lock (_gate)
            if (_entries.TryGetValue(key, out var current) && current.Uid == entry.Uid)
                _entries.Remove(key);
        return Requeue.Never;
    }

    /// <summary>Why the node goes, as its claim says; empty when there is no claim to ask.</summary>
    private string ReasonOf(Pod pod)
    {
        if (
            context.Stores.Nodes.Get(null, pod.Spec.NodeName ?? "") is not { } node
            || context.Stores.ClaimsOf(node).FirstOrDefault() is not { } claim
        )
            return "";
        return claim.Condition(ConditionTypes.DisruptionReason) is { Status: ConditionStatus.True } it
            ? it.Reason ?? ""
            : "Forceful Termination";
    }

    private static string ClaimsText(DateTimeOffset time) => Claims.ClaimFinalization.Rfc3339(time);

    private readonly record struct Entry(string Uid, DateTimeOffset? Deadline, int Attempts);

    [LoggerMessage(
        EventId = 2401,
        Level = LogLevel.Information,
        Message = "deleting pod {Pod} with {Grace} s of grace, its node's context.Time is up"
    )]
    private static partial void LogForced(ILogger logger, ObjectKey pod, long grace);
}
