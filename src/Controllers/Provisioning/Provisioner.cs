using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Disruption;
using Tenon.Controllers.Metrics;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Termination;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Search;
using Tenon.Domain.Cluster;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Scheduling;

namespace Tenon.Controllers.Provisioning;

/// <summary>
/// Plans a batch of pending pods and creates the claims the plan asks for. Every pass starts from the latest snapshot,
/// so a lost batch, a crash or a failed creation is made good by the next one.
/// </summary>
internal sealed partial class Provisioner(
    ClusterView view,
    ClusterFeed feed,
    Batcher batcher,
    SchedulingInputs inputs,
    InstanceTypeBook types,
    ClaimCreator creator,
    Announcer announcer,
    Stores stores,
    PodBook book,
    MoveBook moves,
    ReplicaRolls rolls,
    TenonMetrics metrics,
    OperatorOptions options,
    TimeProvider time,
    ILogger<Provisioner> log
)
{
    /// <summary>
    /// Longest time one solve may take until its first plan; the rest of the pods come in the next pass.
    /// </summary>
    private static readonly TimeSpan SolveTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How often a closed batch looks whether the cluster is known again.</summary>
    private static readonly TimeSpan SyncPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>Steps of improvement that a fast core makes in a millisecond.</summary>
    private const long StepsPerMillisecond = 1_000_000;

    private readonly SchedulingSession _session = new();
    private bool _isBatchWaiting;

    public async ValueTask<Requeue> ReconcileAsync(CancellationToken cancel)
    {
        if (!_isBatchWaiting)
            await batcher.WaitAsync(cancel);
        _isBatchWaiting = true;
        if (creator.HasDoubt)
            await creator.ResolveDoubtAsync(cancel);
        if (!feed.IsSynced)
            return Requeue.In(SyncPoll);
        _isBatchWaiting = false;
        var plan = await PlanAsync(cancel);
        if (plan.Claims.IsEmpty)
            return Requeue.Now;
        moves.BoughtFor(plan.Claims.SelectMany(static it => it.Pods));
        await creator.CreateAsync(
            [.. plan.Claims.Select(static it => new ClaimOrder(it, "provisioned", Nominates: true))],
            cancel
        );
        return Requeue.Now;
    }

    private async ValueTask<SchedulingResult> PlanAsync(CancellationToken cancel)
    {
        var cluster = view.Current;
        var now = time.GetUtcNow();
        var pdbs = new PdbLimits(stores.Budgets.All);
        var (pending, ignored) = inputs.PendingPods(cluster);
        announcer.Ignored(ignored);
        var leaving = NodeStates.PodsOfDeletingNodes(
            cluster,
            pod => pdbs.IsCurrentlyReschedulable(pod, now) && !rolls.HasSuccessor(pod)
        );
        if (pending.IsEmpty && leaving.IsEmpty)
            return new SchedulingResult();
        LogComputing(log, pending.Length, leaving.Length);
        ImmutableArray<NodePool> pools = [.. inputs.ManagedPools().Where(static pool => pool.IsDynamicAndReady)];
        if (pools.IsEmpty)
        {
            LogNoPools(log);
            foreach (var pod in pending.Concat(leaving))
                book.Refused(pod, "no dynamic nodepools found");
            return new SchedulingResult();
        }
        var offers = await types.OfAsync(pools, cancel);
        var started = time.GetTimestamp();
        var result = _session.Schedule(
            new SchedulingInput
            {
                Pools =
                [
                    .. pools.Select(pool => new NodePoolOffer(
                        pool,
                        offers.GetValueOrDefault(pool.Metadata.Name ?? "", [])
                    )),
                ],
                Nodes = [.. cluster.ActiveNodes.Select(state => _session.NodeOf(state, NodeStates.From))],
                Pods = [.. pending, .. leaving],
                DaemonSetPods = inputs.Daemons(),
                Lookup = inputs.Lookup(cluster),
                UsedByPool = cluster.UsageByPool,
                Options = inputs.Options with { Reserved = ReservedMode.Strict },
                Now = now,
            },
            Limits(started)
        );
        metrics.Scheduled(
            "provisioner",
            time.GetElapsedTime(started),
            result.Refusals.Count(static it => !it.IsReservedOffering)
        );
        var placed = result.Existing.Sum(static it => it.Pods.Length);
        LogPlanned(log, result.Claims.Length, placed, result.Refusals.Length);
        announcer.Announce(result, cluster);
        return result;
    }

    private SolveLimits Limits(long started)
    {
        // A clock that stands still while a callback runs, as a simulated one does, would never end the search.
        var clock = options.PlanClock ?? time;
        var began = clock.GetTimestamp();
        return new SolveLimits
        {
            Policy = options.PlanPolicy,
            ShouldStop = () => time.GetElapsedTime(started) > SolveTimeout,
            ShouldStopImproving = () => clock.GetElapsedTime(began) > options.PlanBudget,
            // Where the clock stands still during a callback, as in a simulation, only the steps end the search.
            MaxSteps = (long)options.PlanBudget.TotalMilliseconds * StepsPerMillisecond,
        };
    }

    [LoggerMessage(
        EventId = 2210,
        Level = LogLevel.Debug,
        Message = "computing scheduling decision for provisionable pod(s): {PendingPods} pending, {DeletingPods} on deleting nodes"
    )]
    private static partial void LogComputing(ILogger logger, int pendingPods, int deletingPods);

    [LoggerMessage(EventId = 2211, Level = LogLevel.Information, Message = "no dynamic nodepools found")]
    private static partial void LogNoPools(ILogger logger);

    [LoggerMessage(
        EventId = 2212,
        Level = LogLevel.Debug,
        Message = "computed {NodeClaims} new nodeclaim(s), {Placed} pod(s) on existing nodes, {Refused} without a place"
    )]
    private static partial void LogPlanned(ILogger logger, int nodeClaims, int placed, int refused);
}
