using System.Runtime.CompilerServices;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Pods;

namespace Tenon.Scheduling.Lowering;

/// <summary>What was read off nodes: kept as long as the node object itself is.</summary>
internal sealed class NodeMemos
{
    private readonly ConditionalWeakTable<NodeState, NodeMemo> _memos = [];
    private readonly Dictionary<string, NodeMeasure> _measures = new(StringComparer.Ordinal);

    public NodeMemo Of(NodeState node)
    {
        if (!_memos.TryGetValue(node, out var memo))
            _memos.Add(node, memo = new(node, MeasureOf(node)));
        return memo;
    }

    /// <summary>Nodes of one kind share a measure, so that a run looks at few of them.</summary>
    private NodeMeasure MeasureOf(NodeState node)
    {
        var units = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var list in (ReadOnlySpan<ResourceList>)[node.Available, node.DaemonSetRequests, node.Capacity])
        foreach (var (name, quantity) in list)
            units[name] = Math.Min(
                ResourceScale.UnitOf(quantity),
                units.TryGetValue(name, out var seen) ? seen : long.MaxValue
            );
        var key = string.Join(' ', units.Select(it => $"{it.Key}={it.Value}"));
        if (!_measures.TryGetValue(key, out var measure))
            _measures[key] = measure = new([.. units.Select(it => (it.Key, it.Value))]);
        return measure;
    }
}

/// <summary>The resources that a node's figures name, and the unit in which they are exact.</summary>
internal sealed record NodeMeasure((string Name, long Unit)[] Units);

/// <summary>One node, read once.</summary>
internal sealed class NodeMemo
{
    private ResourceScale? _scale;
    private long[] _available = [];
    private long[] _daemons = [];

    public NodeMemo(NodeState node, NodeMeasure measure)
    {
        Measure = measure;
        IsClosed = node.Available.Any(entry => entry.Value.Sign < 0);
        Labels = [.. node.Labels.Where(it => it.Key != WellKnownLabels.Hostname)];
        Ports = [.. node.BoundPods.SelectMany(static pod => HostPort.Of(pod))];
        WithVolumes = node.VolumeLimits.Count == 0 ? [] : [.. node.BoundPods.Where(it => it.Spec.Volumes.Count > 0)];
    }

    public NodeMeasure Measure { get; }
    public bool IsClosed { get; }
    public KeyValuePair<string, string>[] Labels { get; }
    public HostPort[] Ports { get; }

    /// <summary>Bound pods that might count against a limit of attached volumes.</summary>
    public Pod[] WithVolumes { get; }

    /// <summary>Available and reserved for DaemonSets, in the units of the scale.</summary>
    public (long[] Available, long[] Daemons) In(ResourceScale scale, NodeState node)
    {
        if (!ReferenceEquals(_scale, scale))
            (_scale, _available, _daemons) = (
                scale,
                scale.Capacity(node.Available),
                scale.Requests(node.DaemonSetRequests)
            );
        return (_available, _daemons);
    }
}
