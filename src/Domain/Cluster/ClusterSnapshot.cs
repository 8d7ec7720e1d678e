using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Pods;
using NodeMap = System.Collections.Immutable.ImmutableSortedDictionary<string, Tenon.Domain.Cluster.StateNode>;
using PodMap = System.Collections.Immutable.ImmutableSortedDictionary<string, Tenon.Api.Core.Pod>;

namespace Tenon.Domain.Cluster;

/// <summary>
/// Everything Tenon knows of the cluster at one moment: immutable, versioned, enumerated in ordinal order. A decision
/// carries the version it was made on. Made by applying <see cref="ClusterEvent"/>s to <see cref="Empty"/>; one writer
/// owns the latest.
/// </summary>
public sealed record ClusterSnapshot
{
    public static readonly ClusterSnapshot Empty = new();

    private ClusterSnapshot() { }

    public long Version { get; private init; }

    /// <summary>Machines by provider id (unmanaged ones without by name).</summary>
    public NodeMap Nodes { get; private init; } = NewMap<StateNode>();

    /// <summary>Every pod that exists, by <c>namespace/name</c>.</summary>
    public PodMap Pods { get; private init; } = NewMap<Pod>();

    /// <summary>Pods without a node, ended ones left out.</summary>
    public PodMap Unbound { get; private init; } = NewMap<Pod>();

    /// <summary>Pods with required anti-affinity: they refuse others wherever they run.</summary>
    public PodMap AntiAffinity { get; private init; } = NewMap<Pod>();

    /// <summary>Capacity in use by pool, machines on their way out left out, each counted as <c>nodes: 1</c>.</summary>
    public ImmutableSortedDictionary<string, ResourceList> UsageByPool { get; private init; } = NewMap<ResourceList>();

    /// <summary>Virtual buffer pods by machine key.</summary>
    public ImmutableSortedDictionary<string, int> BufferPods { get; private init; } = NewMap<int>();

    /// <summary>When something last changed that could make a consolidation worthwhile.</summary>
    public DateTimeOffset UnconsolidatedAt { get; private init; }

    /// <summary>Every managed claim by name, launched or not.</summary>
    public ImmutableSortedDictionary<string, NodeClaim> Claims { get; private init; } = NewMap<NodeClaim>();

    /// <summary>Claim name → provider id; empty while the claim is not launched.</summary>
    public ImmutableSortedDictionary<string, string> ClaimKeys { get; private init; } = NewMap<string>();

    /// <summary>Node name → key in <see cref="Nodes"/>.</summary>
    public ImmutableSortedDictionary<string, string> NodeKeys { get; private init; } = NewMap<string>();

    private ImmutableSortedDictionary<string, NodePods> BoundByNode { get; init; } = NewMap<NodePods>();
    private ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, int>> LimitsByNode { get; init; } =
        NewMap<ImmutableSortedDictionary<string, int>>();

    /// <summary>A claim exists whose machine is not bought yet, so the cluster's size is not known.</summary>
    public bool HasUnlaunchedClaim => ClaimKeys.Any(static pair => pair.Value.Length == 0);

    public StateNode? NodeNamed(string nodeName) =>
        NodeKeys.TryGetValue(nodeName, out var key) ? Nodes.GetValueOrDefault(key) : null;

    public StateNode? NodeOfClaim(string claimName) =>
        ClaimKeys.TryGetValue(claimName, out var key) ? Nodes.GetValueOrDefault(key) : null;

    public NodePods BoundTo(string nodeName) => BoundByNode.TryGetValue(nodeName, out var pods) ? pods : NodePods.None;

    public ResourceList UsageOf(string pool) =>
        UsageByPool.TryGetValue(pool, out var usage) ? usage : ResourceList.Empty;

    /// <summary>Machines that stay.</summary>
    public IEnumerable<StateNode> ActiveNodes => Nodes.Values.Where(static node => !node.IsMarkedForDeletion);

    /// <summary>Machines on their way out; their pods need a new place.</summary>
    public IEnumerable<StateNode> DeletingNodes => Nodes.Values.Where(static node => node.IsMarkedForDeletion);

    public ClusterSnapshot With(ClusterEvent change)
    {
        var next = change switch
        {
            ClusterEvent.NodeApplied it => WithNode(it.Node, it.At),
            ClusterEvent.NodeDeleted it => WithoutNode(it.Name, it.At),
            ClusterEvent.ClaimApplied it => WithClaim(it.Claim, it.At),
            ClusterEvent.ClaimDeleted it => WithoutClaim(it.Name, it.At),
            ClusterEvent.PodApplied it => WithPod(it.Pod, it.At),
            ClusterEvent.PodDeleted it => WithoutPod(PodKey(it.Namespace, it.Name), it.At),
            ClusterEvent.VolumeLimitsSeen it => WithLimits(it),
            ClusterEvent.Nominated it => Nodes.TryGetValue(it.Key, out var node)
                ? Put(node.Nominated(it.Until), it.At)
                : this,
            ClusterEvent.Marked it => WithMarks(it.Keys, true, it.At),
            ClusterEvent.Unmarked it => WithMarks(it.Keys, false, it.At),
            ClusterEvent.BufferPodsCounted it => this with { BufferPods = it.Counts },
            ClusterEvent.Unconsolidated it => this with { UnconsolidatedAt = it.At },
            _ => throw new InvalidOperationException($"unknown event {change.GetType().Name}"),
        };
        return ReferenceEquals(next, this) ? this : next with { Version = Version + 1 };
    }

    public static string PodKey(Pod pod) => PodKey(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "");

    public static string PodKey(string @namespace, string name) => $"{@namespace}/{name}";

    private static bool HasRequiredAntiAffinity(Pod pod) =>
        pod.Spec.Affinity?.PodAntiAffinity?.Required is { Count: > 0 };

    private ClusterSnapshot WithNode(Node node, DateTimeOffset at)
    {
        var name = node.Metadata.Name ?? "";
        var isOurs = node.Metadata.Labels.TryGetValue(WellKnownLabels.NodePool, out var pool) && pool.Length > 0;
        var key = node.Spec.ProviderId ?? "";
        if (key.Length == 0)
        {
            // A machine of ours gets its provider id from the cloud's controller; until then it cannot be told from
            // another.
            if (isOurs)
                return this;
            key = name;
        }
        // Without an instance type and before initialization the node's figures would shadow the claim's.
        if (
            isOurs
            && !node.Metadata.Labels.ContainsKey(WellKnownLabels.InstanceType)
            && !node.Metadata.Labels.ContainsKey(WellKnownLabels.Initialized)
        )
            return this;
        var cluster = NodeKeys.TryGetValue(name, out var oldKey) && oldKey != key ? WithoutNode(name, at) : this;
        var state = cluster.Nodes.GetValueOrDefault(key) ?? StateNode.New(key);
        state = state.With(node).With(cluster.BoundTo(name));
        if (cluster.LimitsByNode.TryGetValue(name, out var limits))
            state = state.With(limits);
        return (cluster with { NodeKeys = cluster.NodeKeys.SetItem(name, key) }).Put(state, at);
    }

    private ClusterSnapshot WithoutNode(string name, DateTimeOffset at)
    {
        if (!NodeKeys.TryGetValue(name, out var key))
            return this;
        var cluster = this with { NodeKeys = NodeKeys.Remove(name), UnconsolidatedAt = at };
        if (cluster.Nodes.GetValueOrDefault(key) is not { } state || state.Node?.Metadata.Name != name)
            return cluster;
        return state.Claim is null ? cluster.Drop(state) : cluster.Put(state.With((Node?)null).With(NodePods.None), at);
    }

    private ClusterSnapshot WithClaim(NodeClaim claim, DateTimeOffset at)
    {
        var name = claim.Metadata.Name ?? "";
        var key = claim.Status.ProviderId ?? "";
        var cluster =
            ClaimKeys.TryGetValue(name, out var oldKey) && oldKey.Length > 0 && oldKey != key
                ? WithoutClaim(name, at)
                : this;
        cluster = cluster with
        {
            ClaimKeys = cluster.ClaimKeys.SetItem(name, key),
            Claims = cluster.Claims.SetItem(name, claim),
        };
        if (key.Length == 0)
            return cluster;
        var state = cluster.Nodes.GetValueOrDefault(key) ?? StateNode.New(key);
        return cluster.Put(state.With(claim), at);
    }

    private ClusterSnapshot WithoutClaim(string name, DateTimeOffset at)
    {
        if (!ClaimKeys.TryGetValue(name, out var key))
            return this;
        var cluster = this with
        {
            ClaimKeys = ClaimKeys.Remove(name),
            Claims = Claims.Remove(name),
            UnconsolidatedAt = at,
        };
        if (
            key.Length == 0
            || cluster.Nodes.GetValueOrDefault(key) is not { } state
            || state.Claim?.Metadata.Name != name
        )
            return cluster;
        return state.Node is null ? cluster.Drop(state) : cluster.Put(state.With((NodeClaim?)null).Marked(false), at);
    }

    private ClusterSnapshot WithPod(Pod pod, DateTimeOffset at)
    {
        var key = PodKey(pod);
        var node = pod.Spec.NodeName ?? "";
        var hasEnded = pod.IsTerminal;
        var oldNode = Pods.TryGetValue(key, out var old) ? old.Spec.NodeName ?? "" : "";
        var cluster = this with
        {
            Pods = Pods.SetItem(key, pod),
            Unbound = node.Length == 0 && !hasEnded ? Unbound.SetItem(key, pod) : Unbound.Remove(key),
            AntiAffinity = HasRequiredAntiAffinity(pod) ? AntiAffinity.SetItem(key, pod) : AntiAffinity.Remove(key),
        };
        if (oldNode.Length > 0 && oldNode != node)
            cluster = cluster.Bind(oldNode, pods => pods.Without(key), at);
        if (node.Length == 0)
            return cluster;
        if (oldNode != node && !hasEnded)
            cluster = cluster with { UnconsolidatedAt = at };
        return cluster.Bind(node, pods => hasEnded ? pods.Without(key) : pods.With(key, pod), at);
    }

    private ClusterSnapshot WithoutPod(string key, DateTimeOffset at)
    {
        if (!Pods.TryGetValue(key, out var pod))
            return this;
        var cluster = this with
        {
            Pods = Pods.Remove(key),
            Unbound = Unbound.Remove(key),
            AntiAffinity = AntiAffinity.Remove(key),
            UnconsolidatedAt = at,
        };
        return pod.Spec.NodeName is { Length: > 0 } node ? cluster.Bind(node, pods => pods.Without(key), at) : cluster;
    }

    private ClusterSnapshot WithLimits(ClusterEvent.VolumeLimitsSeen seen)
    {
        var cluster = this with
        {
            LimitsByNode = seen.Limits.IsEmpty
                ? LimitsByNode.Remove(seen.NodeName)
                : LimitsByNode.SetItem(seen.NodeName, seen.Limits),
        };
        return cluster.NodeNamed(seen.NodeName) is { } state ? cluster.Put(state.With(seen.Limits), seen.At) : cluster;
    }

    private ClusterSnapshot WithMarks(ImmutableArray<string> keys, bool isMarked, DateTimeOffset at)
    {
        var cluster = this;
        foreach (var key in keys)
            if (cluster.Nodes.TryGetValue(key, out var state) && state.IsMarked != isMarked)
                cluster = cluster.Put(state.Marked(isMarked), at);
        return cluster;
    }

    private ClusterSnapshot Bind(string nodeName, Func<NodePods, NodePods> change, DateTimeOffset at)
    {
        var before = BoundTo(nodeName);
        var after = change(before);
        if (ReferenceEquals(before, after))
            return this;
        var cluster = this with
        {
            BoundByNode = after.IsEmpty ? BoundByNode.Remove(nodeName) : BoundByNode.SetItem(nodeName, after),
        };
        return cluster.NodeNamed(nodeName) is { Node: not null } state ? cluster.Put(state.With(after), at) : cluster;
    }

    /// <summary>
    /// The one place where a machine changes: keeps the pools' usage and the consolidation stamp true.
    /// </summary>
    private ClusterSnapshot Put(StateNode state, DateTimeOffset at)
    {
        var old = Nodes.GetValueOrDefault(state.Key);
        // Upstream does not count a node that becomes consolidatable, and lets it lie for up to five minutes.
        var isNews =
            old is null
            || old.IsInitialized != state.IsInitialized
            || old.IsMarkedForDeletion != state.IsMarkedForDeletion
            || (!old.IsConsolidatable && state.IsConsolidatable);
        return this with
        {
            Nodes = Nodes.SetItem(state.Key, state),
            UsageByPool = Move(UsageByPool, old?.Usage, state.Usage),
            UnconsolidatedAt = isNews ? at : UnconsolidatedAt,
        };
    }

    private ClusterSnapshot Drop(StateNode state) =>
        this with
        {
            Nodes = Nodes.Remove(state.Key),
            UsageByPool = Move(UsageByPool, state.Usage, null),
            BufferPods = BufferPods.Remove(state.Key),
        };

    private static ImmutableSortedDictionary<string, ResourceList> Move(
        ImmutableSortedDictionary<string, ResourceList> usage,
        (string Pool, ResourceList Capacity)? from,
        (string Pool, ResourceList Capacity)? to
    )
    {
        if (from is { } gone && to is { } same && gone.Pool == same.Pool && gone.Capacity.Equals(same.Capacity))
            return usage;
        if (from is { } old)
        {
            var rest = (usage.TryGetValue(old.Pool, out var sum) ? sum : ResourceList.Empty) - old.Capacity;
            usage = rest.All(static pair => pair.Value.IsZero) ? usage.Remove(old.Pool) : usage.SetItem(old.Pool, rest);
        }
        if (to is { } more)
            usage = usage.SetItem(
                more.Pool,
                (usage.TryGetValue(more.Pool, out var sum) ? sum : ResourceList.Empty) + more.Capacity
            );
        return usage;
    }

    private static ImmutableSortedDictionary<string, T> NewMap<T>() =>
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}
