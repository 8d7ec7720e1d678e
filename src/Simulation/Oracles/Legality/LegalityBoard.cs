using Tenon.Api.Core;
using Tenon.Api.Storage;

namespace Tenon.Simulation.Oracles.Legality;

/// <summary>
/// A board on which pods are put on nodes, and which knows whether the rules of Kubernetes allow it. Written from the
/// documentation of the scheduling rules, apart from both the simulated scheduler and the planning engine, to judge
/// them.
/// </summary>
/// <remarks>It favours plainness over speed: some thousand pods on some hundred nodes take seconds at most.</remarks>
public sealed class LegalityBoard
{
    private readonly SortedDictionary<string, BoardNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PodGroup Group, BoardNode Node, Pod Pod)> _placed = new(
        StringComparer.Ordinal
    );
    private readonly Dictionary<string, PodGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentVolumeClaim> _claims = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentVolume> _volumes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StorageClass> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CSINode> _drivers = new(StringComparer.Ordinal);

    internal IEnumerable<PodGroup> Groups => _groups.Values;
    internal IEnumerable<BoardNode> Nodes => _nodes.Values;

    public void Set(Node node)
    {
        if (_nodes.TryGetValue(node.Metadata.Name!, out var known))
            known.Node = node;
        else
            _nodes[node.Metadata.Name!] = new BoardNode(node);
    }

    public void Set(Namespace ns) => _namespaces[ns.Metadata.Name!] = ns.Metadata.Labels;

    public void Set(PersistentVolumeClaim claim) =>
        _claims[$"{claim.Metadata.Namespace}/{claim.Metadata.Name}"] = claim;

    public void Set(PersistentVolume volume) => _volumes[volume.Metadata.Name!] = volume;

    public void Set(StorageClass storage) => _classes[storage.Metadata.Name!] = storage;

    public void Set(CSINode drivers) => _drivers[drivers.Metadata.Name!] = drivers;

    public void Remove(PersistentVolumeClaim claim) =>
        _claims.Remove($"{claim.Metadata.Namespace}/{claim.Metadata.Name}");

    public void Remove(PersistentVolume volume) => _volumes.Remove(volume.Metadata.Name!);

    /// <summary>Takes a node away, with whatever stands on it.</summary>
    public void RemoveNode(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
            return;
        foreach (var key in node.Pods.Keys.ToList())
            Remove(key);
        _nodes.Remove(name);
    }

    /// <summary>
    /// Puts a pod on a node without asking. Pods are told apart by uid, or by name where they have none.
    /// </summary>
    public void Put(Pod pod, string nodeName)
    {
        var key = KeyOf(pod);
        Remove(key);
        if (!_nodes.TryGetValue(nodeName, out var node))
            return;
        var group = GroupOf(pod);
        group.Count(node, +1);
        if (!pod.Metadata.IsDeleting)
            group.CountStaying(node, +1);
        node.Add(key, pod, group.Requests);
        _placed[key] = (group, node, pod);
    }

    /// <summary>The pod is on its way out: it still takes room and repels, but spreads count it no more.</summary>
    public void Leave(Pod pod)
    {
        var key = KeyOf(pod);
        if (!_placed.TryGetValue(key, out var placed) || placed.Pod.Metadata.IsDeleting)
            return;
        placed.Group.CountStaying(placed.Node, -1);
        _placed[key] = placed with { Pod = pod };
    }

    public void Remove(Pod pod) => Remove(KeyOf(pod));

    /// <summary>
    /// The rule that forbids putting the pod on the node now; null when none does. The pod must not be on the board.
    /// </summary>
    public Illegality? WhyNot(Pod pod, string nodeName)
    {
        if (!_nodes.TryGetValue(nodeName, out var node))
            return new Illegality(pod, nodeName, "node", "no such node");
        var group = GroupOf(pod);
        var reason =
            NodeRules.Broken(pod, node, group.Requests)
            ?? VolumeRules.Broken(pod, node, _claims, _volumes, _classes, _drivers)
            ?? SpreadRules.Broken(pod, node, this)
            ?? AffinityRules.Broken(pod, group, node, this);
        return reason is { } broken ? new Illegality(pod, nodeName, broken.Rule, broken.Detail) : null;
    }

    internal IReadOnlyDictionary<string, string> LabelsOf(string ns) =>
        _namespaces.TryGetValue(ns, out var labels)
            ? labels
            : new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = ns };

    private void Remove(string key)
    {
        if (!_placed.Remove(key, out var placed))
            return;
        placed.Group.Count(placed.Node, -1);
        if (!placed.Pod.Metadata.IsDeleting)
            placed.Group.CountStaying(placed.Node, -1);
        placed.Node.Remove(key, placed.Group.Requests);
    }

    private PodGroup GroupOf(Pod pod)
    {
        var key = PodGroup.KeyOf(pod);
        if (!_groups.TryGetValue(key, out var group))
            _groups[key] = group = new PodGroup(pod);
        return group;
    }

    private static string KeyOf(Pod pod) => pod.Metadata.Uid ?? $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
}

/// <summary>A pod that may not be where it is, and the rule that says so.</summary>
public sealed record Illegality(Pod Pod, string Node, string Rule, string Detail)
{
    public override string ToString() =>
        $"pod {Pod.Metadata.Namespace}/{Pod.Metadata.Name} on node {Node} breaks {Rule}: {Detail}";
}

internal readonly record struct Broken(string Rule, string Detail);

internal sealed class BoardNode(Node node)
{
    public Node Node { get; set; } = node;
    public IReadOnlyDictionary<string, string> Labels => Node.Metadata.Labels;
    public ResourceList Used { get; private set; } = ResourceList.Empty;
    public SortedDictionary<string, Pod> Pods { get; } = new(StringComparer.Ordinal);

    public void Add(string key, Pod pod, ResourceList requests)
    {
        Pods.Add(key, pod);
        Used += requests;
    }

    public void Remove(string key, ResourceList requests)
    {
        Pods.Remove(key);
        Used -= requests;
    }
}

/// <summary>
/// Pods that other pods' selectors cannot tell apart, with the same repelling terms and requests: counted together.
/// </summary>
internal sealed class PodGroup(Pod sample)
{
    private readonly Dictionary<string, Dictionary<string, int>> _byDomain = new(StringComparer.Ordinal);
    private readonly Dictionary<BoardNode, int> _byNode = [];
    private readonly Dictionary<BoardNode, int> _staying = [];

    public Pod Sample { get; } = sample;
    public string Namespace => Sample.Metadata.Namespace ?? "";
    public ResourceList Requests { get; } = NodeRules.RequestsOf(sample.Spec);
    public int Total { get; private set; }

    /// <summary>Pods by node, those on their way out left out.</summary>
    public IReadOnlyDictionary<BoardNode, int> Staying => _staying;

    public void CountStaying(BoardNode node, int change)
    {
        var now = _staying.GetValueOrDefault(node) + change;
        if (now == 0)
            _staying.Remove(node);
        else
            _staying[node] = now;
    }

    public static string KeyOf(Pod pod)
    {
        var labels = string.Join(
            ',',
            pod.Metadata.Labels.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key}={pair.Value}")
        );
        var repelling = pod.Spec.Affinity?.PodAntiAffinity is { } anti ? Api.Json.ApiJson.WriteText(anti) : "";
        return $"{pod.Metadata.Namespace}|{labels}|{repelling}|{NodeRules.KeyOf(pod.Spec)}";
    }

    public void Count(BoardNode node, int change)
    {
        Total += change;
        var now = _byNode.GetValueOrDefault(node) + change;
        if (now == 0)
            _byNode.Remove(node);
        else
            _byNode[node] = now;
        foreach (var (topologyKey, domains) in _byDomain)
            if (node.Labels.TryGetValue(topologyKey, out var value))
                domains[value] = domains.GetValueOrDefault(value) + change;
    }

    /// <summary>Pods of this group per value of a node label.</summary>
    public Dictionary<string, int> PerDomain(string topologyKey)
    {
        if (_byDomain.TryGetValue(topologyKey, out var domains))
            return domains;
        domains = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (node, count) in _byNode)
            if (node.Labels.TryGetValue(topologyKey, out var value))
                domains[value] = domains.GetValueOrDefault(value) + count;
        return _byDomain[topologyKey] = domains;
    }
}
