using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;
using Tenon.Foundation.Units;

namespace Tenon.Disruption.Candidates;

/// <summary>Whether a node may be disrupted at all, by the rules that every method shares.</summary>
public abstract record Eligibility
{
    private Eligibility() { }

    public sealed record Eligible(Candidate Candidate) : Eligibility;

    /// <param name="Notice">Null for rules that say nothing.</param>
    public sealed record Protected(string Reason, Notice? Notice) : Eligibility;

    /// <summary>The first rule that protects the node, in upstream's order.</summary>
    /// <param name="aside">Takes what is to be told about single pods.</param>
    public static Eligibility Of(
        StateNode state,
        DisruptionInput input,
        DisruptionClass method,
        ImmutableArray<Notice>.Builder? aside = null
    )
    {
        if (input.Queued.Contains(state.Key))
            return new Protected("candidate is already being disrupted", null);
        if (state.Claim is not { } claim)
            return new Protected("node isn't managed by karpenter", null);
        if (state.Node is not { } node)
            return Protect("nodeclaim does not have an associated node", claim);
        if (!state.IsInitialized)
            return Protect("node isn't initialized", node, claim);
        if (state.IsMarkedForDeletion)
            return Protect("node is deleting or marked for deletion", node, claim);
        if (state.IsNominated(input.Now))
            return Protect("node is nominated for a pending pod", node, claim);
        if (state.Annotations.TryGetValue(Annotations.DoNotDisrupt, out var value) && value == "true")
            return Protect($"disruption is blocked through the \"{Annotations.DoNotDisrupt}\" annotation", node, claim);
        if (state.NodePool is not { Length: > 0 } poolName)
            return Protect($"node doesn't have required label (label={WellKnownLabels.NodePool})", node, claim);
        if (
            !input.Pools.TryGetValue(poolName, out var pool)
            || !input.Types.TryGetValue(poolName, out var types)
            || types.IsEmpty
        )
            return Protect($"NodePool not found (NodePool={poolName})", node, claim);
        if (aside is not null)
            foreach (var pod in state.Bound.ByKey.Values)
                if (pod.IsActive && DoNotDisrupt.Of(pod, input.Now).Notice is { } notice)
                    aside.Add(notice);
        var isBounded = method == DisruptionClass.Eventual && claim.Spec.TerminationGracePeriod is not null;
        if (!isBounded && PodBlock(state, input) is { } block)
            return Protect(block, node, claim);
        return new Eligible(Valued(state, pool, types, input));
    }

    /// <summary>Every node judged, in the order of the snapshot.</summary>
    public static (ImmutableArray<Candidate> Candidates, ImmutableArray<Notice> Notices) OfAll(
        DisruptionInput input,
        DisruptionClass method
    )
    {
        var candidates = ImmutableArray.CreateBuilder<Candidate>();
        var notices = ImmutableArray.CreateBuilder<Notice>();
        foreach (var state in input.Cluster.Nodes.Values)
            switch (Of(state, input, method, notices))
            {
                case Eligible it:
                    candidates.Add(it.Candidate);
                    break;
                case Protected { Notice: { } notice }:
                    notices.Add(notice);
                    break;
            }
        return (candidates.ToImmutable(), notices.ToImmutable());
    }

    private static string? PodBlock(StateNode state, DisruptionInput input)
    {
        foreach (var pod in state.Bound.ByKey.Values)
            if (pod.IsActive && DoNotDisrupt.Of(pod, input.Now).IsActive)
                return $"pod has \"{Annotations.DoNotDisrupt}\" annotation (Pod={pod.Metadata.Namespace}/{pod.Metadata.Name})";
        return input.Pdbs.Blocking(state.Bound.ByKey.Values, input.Now);
    }

    private static Candidate Valued(
        StateNode state,
        Api.Karpenter.NodePool pool,
        ImmutableArray<Domain.Catalog.InstanceType> types,
        DisruptionInput input
    )
    {
        var typeName = state.Label(WellKnownLabels.InstanceType);
        var type = types.FirstOrDefault(it => it.Name == typeName);
        var (zone, capacityType) = (state.Label(WellKnownLabels.Zone), state.Label(WellKnownLabels.CapacityType));
        var reschedulable = state.Bound.ByKey.Values.Where(static pod => pod.IsReschedulable).ToImmutableArray();
        return new Candidate
        {
            State = state,
            Pool = pool,
            Type = type,
            Reschedulable = reschedulable,
            Price =
                type is null || zone is null || capacityType is null
                    ? HourlyPrice.Zero
                    : type.PriceIn(zone, capacityType) ?? HourlyPrice.Zero,
            RescheduleCost = PodCosts.Reschedule(reschedulable),
            DisruptionCost =
                state.Bound.ByKey.Values.Sum(PodCosts.Eviction) * PodCosts.LifetimeRemaining(state.Claim!, input.Now),
        };
    }

    private static Protected Protect(string reason, params IKubeObject[] about) =>
        new(reason, Notice.Blocked(about, reason));
}
