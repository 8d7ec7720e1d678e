using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Tenon.Domain.Catalog;
using Tenon.Domain.Cluster;
using Tenon.Scheduling.Lowering;

namespace Tenon.Scheduling;

/// <summary>
/// What one planning run may hand to the next: the lowered catalogue, and what was read off nodes and bound pods that
/// are still the same objects. It only remembers, so every answer is the one that <see cref="Scheduler.Schedule"/>
/// gives, sooner. The caller owns it; one caller at a time.
/// </summary>
public sealed class SchedulingSession
{
    private readonly ConditionalWeakTable<StateNode, NodeState> _nodes = [];
    private readonly ConditionalWeakTable<NodeState, NodeState> _shielded = [];
    private LoweredCatalogue? _catalogue;

    internal NodeMemos Nodes { get; } = new();
    internal BoundPodMemos Bound { get; } = new();

    public SchedulingResult Schedule(SchedulingInput input, SolveLimits limits)
    {
        var lowered = Lower(input);
        return Explain.Raising.From(lowered, lowered.Solve(limits));
    }

    public Lowered Lower(SchedulingInput input) => Lowering.Lowering.From(input, this);

    /// <summary>The machine as the engine sees it, made once for each state of the machine.</summary>
    public NodeState NodeOf(StateNode state, Func<StateNode, NodeState> make)
    {
        if (!_nodes.TryGetValue(state, out var known))
            _nodes.Add(state, known = make(state));
        return known;
    }

    /// <summary>A variation of a machine that some questions want to see in its place, made once too.</summary>
    public NodeState ShieldedOf(NodeState node, Func<NodeState, NodeState> make)
    {
        if (!_shielded.TryGetValue(node, out var known))
            _shielded.Add(node, known = make(node));
        return known;
    }

    internal LoweredCatalogue CatalogueOf(IReadOnlyList<ImmutableArray<InstanceType>> lists)
    {
        if (_catalogue is null || !_catalogue.IsOf(lists))
            _catalogue = new(lists);
        return _catalogue;
    }
}
