using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Api.Karpenter;

/// <summary>Corrects price or capacity of instance types (core API specification §5).</summary>
public sealed record NodeOverlay : Wire, IKubeObject<NodeOverlay>
{
    public static ResourceType Resource { get; } =
        new("karpenter.sh", "v1alpha1", "NodeOverlay", "nodeoverlays", Namespaced: false);

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
    public NodeOverlaySpec Spec
    {
        get;
        init => field = value ?? NodeOverlaySpec.Empty;
    } = NodeOverlaySpec.Empty;
    public NodeOverlayStatus Status
    {
        get;
        init => field = value ?? NodeOverlayStatus.Empty;
    } = NodeOverlayStatus.Empty;

    public NodeOverlay With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record NodeOverlaySpec : Wire
{
    internal static readonly NodeOverlaySpec Empty = new();

    [AlwaysWritten]
    public IReadOnlyList<NodeRequirement> Requirements
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? Price { get; init; }
    public string? PriceAdjustment { get; init; }
    public ResourceList Capacity
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public int? Weight { get; init; }
}

public sealed record NodeOverlayStatus : Wire
{
    internal static readonly NodeOverlayStatus Empty = new();

    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
