using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// The scheduler's picture of the cluster: nodes, placed and assumed pods, and counts that are kept as pods come and
/// go. One writer; nothing here waits or talks.
/// </summary>
internal sealed class SchedulerCache
{
    private const long UnaskedCpu = 100;
    private const long UnaskedMemory = 200L << 20;

    private readonly Dictionary<string, NodeRow> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlacedPod> _placed = new(StringComparer.Ordinal);
    private readonly List<ShapeCounts> _counted = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = new(StringComparer.Ordinal);
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    public ResourceTable Resources { get; } = new();
    public ShapeBook Shapes { get; }

    /// <summary>Every row that ever was; rows without a node remain while pods are bound to their name.</summary>
    public List<NodeRow> Rows { get; } = [];

    public VolumeView Volumes { get; } = new();

    /// <summary>Nodes that exist.</summary>
    public int NodeCount { get; private set; }

    /// <summary>Grows with every change that may make room.</summary>
    public long Version { get; private set; }

    /// <summary>
    /// Pods placed whose shape has affinity or anti-affinity terms; zero spares everybody the symmetric checks.
    /// </summary>
    public int PlacedWithTerms { get; private set; }

    public SchedulerCache() => Shapes = new ShapeBook(Resources);

    public IReadOnlyDictionary<string, PlacedPod> Placed => _placed;

    public IReadOnlyDictionary<string, string> LabelsOfNamespace(string name) =>
        _namespaces.GetValueOrDefault(name, NoLabels);

    public void SetNamespace(string name, IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is null)
            _namespaces.Remove(name);
        else
            _namespaces[name] = labels;
        foreach (var shape in Shapes.All)
        foreach (var rule in shape.Affinity.Concat(shape.AntiAffinity).Concat(shape.Preferred))
            rule.Forget();
        Disturb();
    }

    public void SetNode(Node node)
    {
        var row = RowOf(node.Metadata.Name!);
        if (!row.Exists)
            NodeCount++;
        row.Set(node, Resources.Row(node.Status.Allocatable), ++Version);
        Disturb();
    }

    public void RemoveNode(string name)
    {
        if (!_byName.TryGetValue(name, out var row) || !row.Exists)
            return;
        NodeCount--;
        row.Set(null, [], ++Version);
        Disturb();
        Retire(row);
    }

    /// <summary>Volumes or claims changed: what was counted by node stands, verdicts do not.</summary>
    public void Touch() => Version++;

    /// <summary>Files a pod under its node, or moves it on when something about it changed.</summary>
    public void Place(Pod pod, string nodeName)
    {
        var uid = pod.Metadata.Uid!;
        var leaving = pod.Metadata.IsDeleting;
        if (_placed.TryGetValue(uid, out var known))
        {
            if (known.Node.Name == nodeName && SameShape(known.Pod, pod))
            {
                known.Pod = pod;
                if (leaving && !known.Leaving)
                    Leave(known);
                return;
            }
            Remove(uid);
        }
        Add(new PlacedPod(pod, Shapes.Of(pod), RowOf(nodeName)) { Leaving = leaving });
    }

    public void Remove(string uid)
    {
        if (!_placed.TryGetValue(uid, out var placed))
            return;
        Lift(placed);
        Retire(placed.Node);
    }

    /// <summary>Takes a pod out for a what-if; <see cref="Add"/> puts it back.</summary>
    internal void Lift(PlacedPod placed)
    {
        var uid = placed.Pod.Metadata.Uid!;
        _placed.Remove(uid);
        placed.Shape.Members--;
        placed.Node.Pods.Remove(uid);
        Count(placed, -1);
        Version++;
    }

    internal void Add(PlacedPod placed)
    {
        var uid = placed.Pod.Metadata.Uid!;
        _placed.Add(uid, placed);
        placed.Shape.Members++;
        placed.Node.Pods.Add(uid, placed);
        Count(placed, +1);
    }

    public ShapeCounts CountsOf(PodShape shape)
    {
        foreach (var counts in _counted)
            if (ReferenceEquals(counts.Shape, shape))
                return counts.Fresh(this);
        var added = new ShapeCounts(shape);
        _counted.Add(added);
        return added.Fresh(this);
    }

    public NodeRow RowOf(string name)
    {
        if (_byName.TryGetValue(name, out var row))
            return row;
        if (_free.TryPop(out var slot))
            row = Rows[slot] = new NodeRow(slot, name);
        else
            Rows.Add(row = new NodeRow(Rows.Count, name));
        return _byName[name] = row;
    }

    /// <summary>A row that stands for nothing any more lends its slot to the next node.</summary>
    private void Retire(NodeRow row)
    {
        if (row.Exists || row.Pods.Count > 0 || !_byName.Remove(row.Name))
            return;
        _free.Push(row.Slot);
        Disturb();
    }

    private void Leave(PlacedPod placed)
    {
        placed.Leaving = true;
        placed.Node.CountOf(placed.Shape).Staying--;
        foreach (var counts in _counted)
            counts.Left(placed);
    }

    private void Count(PlacedPod placed, int sign)
    {
        var (row, shape) = (placed.Node, placed.Shape);
        if (row.Used.Length < shape.Requests.Length)
            Array.Resize(ref row.Used, shape.Requests.Length);
        for (var i = 0; i < shape.Requests.Length; i++)
            row.Used[i] += sign * shape.Requests[i];
        row.UsedCpuForScore += sign * ScoredCpu(shape);
        row.UsedMemoryForScore += sign * ScoredMemory(shape);
        foreach (var port in shape.Ports)
            if (sign > 0)
                row.Ports.Add(port);
            else
                row.Ports.Remove(port);
        var count = row.CountOf(shape);
        count.Pods += sign;
        if (!placed.Leaving)
            count.Staying += sign;
        if (count.Pods == 0)
            row.Shapes.Remove(count);
        if (shape.HasTerms)
            PlacedWithTerms += sign;
        foreach (var counts in _counted)
            counts.Moved(placed, sign, this);
    }

    public static long ScoredCpu(PodShape shape) =>
        shape.Requests[ResourceTable.Cpu] is > 0 and var cpu ? cpu : UnaskedCpu;

    public static long ScoredMemory(PodShape shape) =>
        shape.Requests[ResourceTable.Memory] is > 0 and var memory ? memory : UnaskedMemory;

    private void Disturb()
    {
        Version++;
        foreach (var counts in _counted)
            counts.Stale = true;
    }

    private static bool SameShape(Pod a, Pod b) =>
        a.Metadata.Generation == b.Metadata.Generation
        && a.Metadata.Labels.Count == b.Metadata.Labels.Count
        && a.Metadata.Labels.All(pair => b.Metadata.Labels.TryGetValue(pair.Key, out var value) && value == pair.Value)
        && a.Spec.Tolerations.Count == b.Spec.Tolerations.Count;
}
