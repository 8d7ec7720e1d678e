using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>A node as the scheduler sees it: what it has, what is taken, and by whom.</summary>
internal sealed class NodeRow(int slot, string name)
{
    public int Slot { get; } = slot;
    public string Name { get; } = name;
    public Node? Node { get; private set; }
    public long[] Allocatable { get; private set; } = [];
    public long[] Used = new long[4];

    /// <summary>What scoring counts for pods that ask for nothing (100 millis, 200 MB), as upstream does.</summary>
    public long UsedCpuForScore,
        UsedMemoryForScore;

    public Dictionary<string, PlacedPod> Pods { get; } = new(StringComparer.Ordinal);
    public List<ShapeCount> Shapes { get; } = [];
    public List<HostPort> Ports { get; } = [];

    /// <summary>Changes with the node object, not with its pods.</summary>
    public long StaticVersion { get; private set; }

    public bool Exists => Node is not null;
    public bool HasTaints { get; private set; }

    public void Set(Node? node, long[] allocatable, long version)
    {
        Node = node;
        HasTaints = node?.Spec.Taints.Count > 0;
        Allocatable = allocatable;
        StaticVersion = version;
    }

    public ShapeCount CountOf(PodShape shape)
    {
        foreach (var count in Shapes)
            if (ReferenceEquals(count.Shape, shape))
                return count;
        var added = new ShapeCount(shape);
        Shapes.Add(added);
        return added;
    }
}

internal sealed class ShapeCount(PodShape shape)
{
    public PodShape Shape { get; } = shape;
    public int Pods;

    /// <summary>Those not on their way out; spread counts only these.</summary>
    public int Staying;
}

internal sealed class PlacedPod(Pod pod, PodShape shape, NodeRow node)
{
    public Pod Pod { get; set; } = pod;
    public PodShape Shape { get; } = shape;
    public NodeRow Node { get; } = node;
    public bool Leaving { get; set; }
}
