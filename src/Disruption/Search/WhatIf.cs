using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;
using Tenon.Scheduling;

namespace Tenon.Disruption.Search;

/// <summary>What would happen to the pods if some nodes left.</summary>
public sealed record WhatIfResult
{
    /// <summary>A candidate is on its way out already: there is nothing to decide.</summary>
    public bool IsStale { get; init; }
    public ImmutableArray<NewClaim> NewClaims { get; init; } = [];
    public ImmutableArray<Placement> Placements { get; init; } = [];

    /// <summary>
    /// Why pods that run now, or wait on nodes that leave, would have no place; pods that were pending before do not
    /// count.
    /// </summary>
    public ImmutableArray<(Pod Pod, string Message)> Refusals { get; init; } = [];

    public bool AllScheduled => Refusals.IsEmpty;

    /// <summary>Upstream's sentence: at most five pods by name.</summary>
    public string RefusalText
    {
        get
        {
            const int Shown = 5;
            var named = Refusals
                .Take(Shown)
                .Select(static it => $"{it.Pod.Metadata.Namespace}/{it.Pod.Metadata.Name} => {it.Message}");
            var rest = Refusals.Length > Shown ? $" and {Refusals.Length - Shown} other(s)" : "";
            return $"not all pods would schedule, {string.Join("; ", named)}{rest}";
        }
    }
}

/// <summary>Runs the engine on the cluster without some of its nodes.</summary>
public static class WhatIf
{
    /// <summary>Rounds of improvement: a bound that does not depend on the machine's speed.</summary>
    private const int Rounds = 50;

    /// <summary>
    /// Marks a node whose pods only just settled, so that displaced pods stay away from it while pending pods, which
    /// tolerate the mark, may still use it.
    /// </summary>
    private static readonly Taint Unsettled = new() { Key = "tenon.invalid/unsettled", Effect = "NoSchedule" };
    private static readonly Toleration ToleratesUnsettled = new() { Key = Unsettled.Key, Operator = "Exists" };

    /// <param name="search">Upstream's packing fills few machines; the other looks for cheap ones.</param>
    /// <param name="shieldUnsettled">Displaced pods do not go to nodes that are inside their own
    /// <c>consolidateAfter</c>.</param>
    public static WhatIfResult Without(
        ImmutableArray<Candidate> candidates,
        DisruptionInput input,
        bool shieldUnsettled,
        SolvePolicy search = SolvePolicy.Greedy
    )
    {
        var leaving = candidates.Select(static it => it.Key).ToImmutableSortedSet(StringComparer.Ordinal);
        if (input.Cluster.DeletingNodes.Any(state => leaving.Contains(state.Key)))
            return new WhatIfResult { IsStale = true };
        var fromDeleting = NodeStates.PodsOfDeletingNodes(
            input.Cluster,
            pod => input.Pdbs.IsCurrentlyReschedulable(pod, input.Now)
        );
        var displaced = candidates
            .SelectMany(static it => it.Reschedulable)
            .Where(pod => input.Pdbs.IsCurrentlyReschedulable(pod, input.Now))
            .ToImmutableArray();
        var targets = input
            .Cluster.ActiveNodes.Where(state => !leaving.Contains(state.Key))
            .OrderByDescending(static state => state.IsInitialized)
            .ThenBy(static state => state.Name, StringComparer.Ordinal)
            .ToList();
        var unsettled = shieldUnsettled ? Unsettling(targets, input) : ImmutableSortedSet<string>.Empty;
        var pods = input
            .Pending.Concat(fromDeleting)
            .Select(pod => unsettled.IsEmpty ? pod : Tolerating(pod))
            .Concat(displaced);
        var result = input.Session.Schedule(
            new SchedulingInput
            {
                Pools =
                [
                    .. input
                        .Pools.Where(IsDynamic)
                        .Select(pair => new NodePoolOffer(pair.Value, input.Types.GetValueOrDefault(pair.Key, []))),
                ],
                Nodes =
                [
                    .. targets.Select(state =>
                        unsettled.Contains(state.Key)
                            ? input.Session.ShieldedOf(NodeOf(state, input), Shielded)
                            : NodeOf(state, input)
                    ),
                ],
                Pods = [.. pods],
                DaemonSetPods = input.DaemonPods,
                Lookup = input.Lookup,
                UsedByPool = input.Cluster.UsageByPool,
                Options = input.Scheduling with { Reserved = ReservedMode.Fallback },
                Now = input.Now,
            },
            SolveLimits.Greedy with
            {
                Policy = search,
                MaxRounds = Rounds,
                ShouldStop = input.ShouldStop,
            }
        );
        return Judged(result, input, targets, [.. fromDeleting.Select(static pod => pod.Metadata.Uid ?? "")]);
    }

    private static bool IsDynamic(KeyValuePair<string, Api.Karpenter.NodePool> pool) =>
        pool.Value.Spec.Replicas is null
        && !pool.Value.Metadata.IsDeleting
        && pool.Value.Status.Conditions.Any(static it => it is { Type: "Ready", Status: "True" });

    /// <summary>
    /// Adds what the engine does not know: nobody may count on a node that is not initialized, except pods that must
    /// leave theirs.
    /// </summary>
    private static WhatIfResult Judged(
        SchedulingResult result,
        DisruptionInput input,
        List<StateNode> targets,
        ImmutableArray<string> fromDeleting
    )
    {
        var mustLeave = new HashSet<string>(fromDeleting, StringComparer.Ordinal);
        var byName = targets.ToDictionary(static state => state.Name, StringComparer.Ordinal);
        var wasPending = new HashSet<string>(
            input.Pending.Select(static pod => pod.Metadata.Uid ?? ""),
            StringComparer.Ordinal
        );
        var refusals = ImmutableArray.CreateBuilder<(Pod, string)>();
        foreach (var refusal in result.Refusals)
            if (!wasPending.Contains(refusal.Pod.Metadata.Uid ?? ""))
                refusals.Add((refusal.Pod, refusal.Message));
        foreach (var placement in result.Existing)
        {
            if (byName[placement.Node.Name] is not { IsManaged: true, IsInitialized: false } state)
                continue;
            foreach (var pod in placement.Pods)
                if (!mustLeave.Contains(pod.Metadata.Uid ?? "") && !wasPending.Contains(pod.Metadata.Uid ?? ""))
                    refusals.Add((pod, $"would schedule against uninitialized {Described(state)}"));
        }
        if (result.TimedOut)
            refusals.Add((new Pod(), "the simulation ran out of time"));
        return new WhatIfResult
        {
            NewClaims = result.Claims,
            Placements = result.Existing,
            Refusals = refusals.ToImmutable(),
        };
    }

    private static string Described(StateNode state) =>
        $"nodeclaim/{state.Claim?.Metadata.Name}" + (state.Node is { } node ? $", node/{node.Metadata.Name}" : "");

    private static ImmutableSortedSet<string> Unsettling(List<StateNode> targets, DisruptionInput input) =>
        targets
            .Where(state => IsUnsettled(state, input))
            .Select(static state => state.Key)
            .ToImmutableSortedSet(StringComparer.Ordinal);

    private static bool IsUnsettled(StateNode state, DisruptionInput input)
    {
        if (
            !state.IsManaged
            || !state.IsInitialized
            || state.NodePool is not { } name
            || !input.Pools.TryGetValue(name, out var pool)
        )
            return false;
        if (pool.Spec.Disruption?.ConsolidateAfter?.ToTimeSpan() is not { } quiet || quiet <= TimeSpan.Zero)
            return false;
        var status = state.Claim!.Status;
        var since =
            status.LastPodEventTime
            ?? status.Conditions.FirstOrDefault(static it => it.Type == "Initialized")?.LastTransitionTime;
        return since is { } last && input.Now - last < quiet;
    }

    private static NodeState NodeOf(StateNode state, DisruptionInput input) =>
        input.Session.NodeOf(state, NodeStates.From);

    private static NodeState Shielded(NodeState node) => node with { Taints = [.. node.Taints, Unsettled] };

    private static Pod Tolerating(Pod pod) =>
        pod with
        {
            Spec = pod.Spec with { Tolerations = [.. pod.Spec.Tolerations, ToleratesUnsettled] },
        };
}
