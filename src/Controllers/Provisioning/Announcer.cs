using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Journal;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Domain.Cluster;
using Tenon.Kube.Client.Pacing;
using Tenon.Kube.Runtime.Events;
using Tenon.Scheduling;

namespace Tenon.Controllers.Provisioning;

/// <summary>Tells what a plan decided: events in upstream's words, nominations, the books and the journal.</summary>
internal sealed class Announcer(
    ClusterView view,
    Stores stores,
    PodBook book,
    IEventRecorder events,
    DecisionJournal journal,
    TenonMetrics metrics,
    OperatorOptions options,
    TimeProvider time
)
{
    private static readonly TimeSpan RefusalWindow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EmptyPoolWindow = TimeSpan.FromMinutes(1);

    /// <summary>All nominations together: 5 a second, 10 at once.</summary>
    private readonly TokenBucket _nominations = new(5, 10, time);

    public void Ignored(ImmutableArray<(Pod Pod, PodObjection Why)> ignored)
    {
        metrics.PodsIgnored(ignored.Length);
        foreach (var (pod, why) in ignored)
        {
            book.Refused(pod, $"ignoring pod, {why.Message}");
            if (!why.IsSilent)
                Refuse(pod, why.Message);
        }
    }

    public void Announce(SchedulingResult result, ClusterSnapshot cluster)
    {
        foreach (var refusal in result.Refusals)
        {
            book.Refused(refusal.Pod, refusal.Message);
            if (refusal.IsReservedOffering)
                continue;
            Refuse(refusal.Pod, refusal.Message);
            journal.Record(DecisionKind.Refuse, Subject(refusal.Pod), refusal.Message);
        }
        foreach (var empty in result.EmptyPools)
            if (stores.Pools.Get(null, empty.NodePool) is { } pool)
                events.Publish(
                    new KubeEvent(
                        pool,
                        KubeEvent.Warning,
                        EventReasons.NoCompatibleInstanceTypes,
                        "NodePool requirements filtered out all compatible available instance types"
                            + (empty.MinValues ? " due to minValues incompatibility" : "")
                    )
                    {
                        DedupeValues = [pool.Metadata.Uid ?? ""],
                        DedupeTimeout = EmptyPoolWindow,
                    }
                );
        Nominate(result.Existing, cluster);
    }

    /// <summary>
    /// Pods that existing nodes will take: those nodes are left alone until the pods had time to arrive.
    /// </summary>
    public void Nominate(ImmutableArray<Placement> placements, ClusterSnapshot cluster)
    {
        var byName = cluster.Nodes.Values.ToDictionary(static state => state.Name, StringComparer.Ordinal);
        var now = time.GetUtcNow();
        foreach (var placement in placements)
        {
            if (!byName.TryGetValue(placement.Node.Name, out var state) || placement.Pods.All(IsVirtual))
                continue;
            view.Apply(new ClusterEvent.Nominated(state.Key, now + options.NominationWindow, now));
            foreach (var pod in placement.Pods)
            {
                if (IsVirtual(pod))
                    continue;
                book.Placed(pod, state.Claim?.Metadata.Name, null);
                Nominated(pod, state.Claim?.Metadata.Name, state.Node?.Metadata.Name);
            }
        }
    }

    /// <summary>Pods that a new claim was made for.</summary>
    public void NominateNew(string claimName, NewClaim plan)
    {
        var isHealthy = plan.Pool.Is(ConditionTypes.NodeRegistrationHealthy);
        foreach (var pod in plan.Pods)
        {
            if (!IsVirtual(pod))
                book.Placed(pod, claimName, isHealthy);
            Nominated(pod, claimName, null);
        }
    }

    public static bool IsVirtual(Pod pod) => pod.Metadata.Annotations.ContainsKey(Annotations.CapacityBufferFakePod);

    private void Nominated(Pod pod, string? claim, string? node)
    {
        var places = new[]
        {
            claim is null ? null : $"nodeclaim/{claim}",
            node is null ? null : $"node/{node}",
        }.OfType<string>();
        events.Publish(
            new KubeEvent(
                pod,
                KubeEvent.Normal,
                EventReasons.Nominated,
                $"Pod should schedule on: {string.Join(", ", places)}"
            )
            {
                DedupeValues = [pod.Metadata.Uid ?? ""],
                RateLimit = _nominations,
            }
        );
    }

    private void Refuse(Pod pod, string why) =>
        events.Publish(
            new KubeEvent(pod, KubeEvent.Warning, EventReasons.FailedScheduling, $"Failed to schedule pod, {why}")
            {
                DedupeValues = [pod.Metadata.Uid ?? ""],
                DedupeTimeout = RefusalWindow,
            }
        );

    private static string Subject(Pod pod) => $"pod/{pod.Metadata.Namespace}/{pod.Metadata.Name}";
}
