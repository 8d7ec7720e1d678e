using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Pods;

namespace Tenon.Domain.Cluster;

/// <summary>
/// One machine as the cluster and Tenon see it together: the Node, the NodeClaim, or both. Until the machine is
/// registered the claim speaks for it; once it is initialized only the Node's figures count.
/// </summary>
public sealed class StateNode
{
    private ResourceList? _capacity,
        _allocatable,
        _available;
    private ImmutableArray<Taint>? _taints;

    private StateNode(string key) => Key = key;

    /// <summary>The provider id; the node's name for an unmanaged node without one.</summary>
    public string Key { get; private init; }

    public Node? Node { get; private init; }
    public NodeClaim? Claim { get; private init; }
    public NodePods Bound { get; private init; } = NodePods.None;

    /// <summary>Attachable volumes by CSI driver, as the CSINode reports them.</summary>
    public ImmutableSortedDictionary<string, int> VolumeLimits { get; private init; } =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>A disruption command has claimed this machine.</summary>
    public bool IsMarked { get; private init; }

    /// <summary>Pods were promised this machine; it is left alone until then.</summary>
    public DateTimeOffset? NominatedUntil { get; private init; }

    internal static StateNode New(string key) => new(key);

    internal StateNode With(Node? node) => Copy(node, Claim, Bound, VolumeLimits, IsMarked, NominatedUntil);

    internal StateNode With(NodeClaim? claim) => Copy(Node, claim, Bound, VolumeLimits, IsMarked, NominatedUntil);

    internal StateNode With(NodePods bound) => Copy(Node, Claim, bound, VolumeLimits, IsMarked, NominatedUntil);

    internal StateNode With(ImmutableSortedDictionary<string, int> limits) =>
        Copy(Node, Claim, Bound, limits, IsMarked, NominatedUntil);

    internal StateNode Marked(bool isMarked) => Copy(Node, Claim, Bound, VolumeLimits, isMarked, NominatedUntil);

    internal StateNode Nominated(DateTimeOffset until) => Copy(Node, Claim, Bound, VolumeLimits, IsMarked, until);

    private StateNode Copy(
        Node? node,
        NodeClaim? claim,
        NodePods bound,
        ImmutableSortedDictionary<string, int> limits,
        bool marked,
        DateTimeOffset? until
    ) =>
        new(Key)
        {
            Node = node,
            Claim = claim,
            Bound = bound,
            VolumeLimits = limits,
            IsMarked = marked,
            NominatedUntil = until,
        };

    public bool IsManaged => Claim is not null;

    public bool IsRegistered => !IsManaged || HasTrueLabel(WellKnownLabels.Registered);

    public bool IsInitialized => !IsManaged || HasTrueLabel(WellKnownLabels.Initialized);

    /// <summary>The claim's name until the machine is registered, then the node's.</summary>
    public string Name =>
        Node is null || (IsManaged && !IsRegistered) ? Claim!.Metadata.Name ?? "" : Node.Metadata.Name ?? "";

    public string? ProviderId => Node is not null ? Node.Spec.ProviderId : Claim?.Status.ProviderId;

    public IReadOnlyDictionary<string, string> Labels => ClaimSpeaks ? Claim!.Metadata.Labels : Node!.Metadata.Labels;

    public IReadOnlyDictionary<string, string> Annotations =>
        ClaimSpeaks ? Claim!.Metadata.Annotations : Node!.Metadata.Annotations;

    public string HostName =>
        Labels.TryGetValue(WellKnownLabels.Hostname, out var host) && host.Length > 0 ? host : Name;

    public string? NodePool => Label(WellKnownLabels.NodePool);

    public string? Label(string key) => Labels.TryGetValue(key, out var value) ? value : null;

    /// <summary>
    /// The claim's own taints before registration, the node's afterwards; until initialization without those that are
    /// known to pass (ephemeral ones and the claim's startup taints).
    /// </summary>
    public ImmutableArray<Taint> Taints => _taints ??= ComputeTaints();

    /// <summary>What the machine holds in all; always counts itself as <c>nodes: 1</c>.</summary>
    public ResourceList Capacity =>
        _capacity ??= Merged(Node?.Status.Capacity, Claim?.Status.Capacity)
            .With(Resources.Nodes, Quantity.FromUnits(1));

    public ResourceList Allocatable => _allocatable ??= Merged(Node?.Status.Allocatable, Claim?.Status.Allocatable);

    /// <summary>What is allocatable and not requested by a bound pod. May be negative.</summary>
    public ResourceList Available =>
        _available ??= ResourceList.From(
            Allocatable.Select(pair => KeyValuePair.Create(pair.Key, pair.Value - Bound.Requests.Of(pair.Key)))
        );

    public bool IsMarkedForDeletion =>
        IsMarked
        || Claim is { Metadata.IsDeleting: true }
        || HasCondition(Claim, ConditionTypes.InstanceTerminating)
        || (Claim is null && Node is { Metadata.IsDeleting: true });

    public bool IsNominated(DateTimeOffset now) => NominatedUntil > now;

    /// <summary>Quiet for long enough to be consolidated.</summary>
    public bool IsConsolidatable => HasCondition(Claim, ConditionTypes.Consolidatable);

    public bool IsReady =>
        Node is not null
        && Node.Status.Conditions.Any(c => c.Type == ConditionTypes.Ready && c.Status == ConditionStatus.True);

    /// <summary>
    /// What this machine adds to its pool's usage; nothing once it is on its way out or belongs to no pool.
    /// </summary>
    internal (string Pool, ResourceList Capacity)? Usage =>
        NodePool is { Length: > 0 } pool && !IsMarkedForDeletion ? (pool, Capacity) : null;

    private bool ClaimSpeaks => Node is null || (Claim is not null && !IsRegistered);

    private bool HasTrueLabel(string label) =>
        Node is not null && Node.Metadata.Labels.TryGetValue(label, out var value) && value == "true";

    private static bool HasCondition(NodeClaim? claim, string type) =>
        claim is not null && claim.Status.Conditions.Any(c => c.Type == type && c.Status == ConditionStatus.True);

    private ImmutableArray<Taint> ComputeTaints()
    {
        var taints = ClaimSpeaks ? Claim!.Spec.Taints ?? [] : Node!.Spec.Taints;
        if (!IsManaged || IsInitialized)
            return [.. taints];
        var startup = Claim!.Spec.StartupTaints ?? [];
        return
        [
            .. taints.Where(taint =>
                !Tolerations.IsEphemeral(taint) && !startup.Any(it => Tolerations.SameTaint(it, taint))
            ),
        ];
    }

    /// <summary>
    /// Until initialization a figure the node does not report yet, or reports as zero (a device plugin that has not
    /// started), is taken from the claim.
    /// </summary>
    private ResourceList Merged(ResourceList? ofNode, ResourceList? ofClaim)
    {
        if (ofNode is null)
            return ofClaim ?? ResourceList.Empty;
        if (IsInitialized || ofClaim is null)
            return ofNode;
        var merged = ofNode;
        foreach (var (name, quantity) in ofClaim)
            if (merged.Of(name).IsZero)
                merged = merged.With(name, quantity);
        return merged;
    }
}
