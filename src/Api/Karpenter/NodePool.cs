using Tenon.Api.Core;

namespace Tenon.Api.Karpenter;

/// <summary>
/// Which nodes may be bought, from which node class, and how they may be disrupted (core API specification §3).
/// </summary>
public sealed record NodePool : Wire, IKubeObject<NodePool>
{
    public static ResourceType Resource { get; } =
        new("karpenter.sh", "v1", "NodePool", "nodepools", Namespaced: false);

    public string ApiVersion
    {
        get;
        init => field = value ?? Resource.ApiVersion;
    } = Resource.ApiVersion;
    public string Kind
    {
        get;
        init => field = value ?? Resource.Kind;
    } = Resource.Kind;
    public ObjectMeta Metadata
    {
        get;
        init => field = value ?? ObjectMeta.Empty;
    } = ObjectMeta.Empty;
    public NodePoolSpec Spec
    {
        get;
        init => field = value ?? NodePoolSpec.Empty;
    } = NodePoolSpec.Empty;
    public NodePoolStatus Status
    {
        get;
        init => field = value ?? NodePoolStatus.Empty;
    } = NodePoolStatus.Empty;

    public NodePool With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record NodePoolSpec : Wire
{
    internal static readonly NodePoolSpec Empty = new();

    public NodeClaimTemplate Template
    {
        get;
        init => field = value ?? NodeClaimTemplate.Empty;
    } = NodeClaimTemplate.Empty;
    public Disruption? Disruption { get; init; }

    /// <summary>Absent: no limit. The name <c>nodes</c> counts nodes.</summary>
    public ResourceList? Limits { get; init; }

    /// <summary>1…100, higher first; absent means 0.</summary>
    public int? Weight { get; init; }

    /// <summary>Set: a static pool of that many nodes.</summary>
    public long? Replicas { get; init; }
}

public sealed record NodePoolStatus : Wire
{
    internal static readonly NodePoolStatus Empty = new();

    public ResourceList Resources
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public long? Nodes { get; init; }
    public long? NodeClassObservedGeneration { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
