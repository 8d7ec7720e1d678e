using System.Text.Json.Serialization;
using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Api.Karpenter;

/// <summary>One machine, wanted or bought (core API specification §4). The spec is immutable.</summary>
public sealed record NodeClaim : Wire, IKubeObject<NodeClaim>
{
    public static ResourceType Resource { get; } =
        new("karpenter.sh", "v1", "NodeClaim", "nodeclaims", Namespaced: false);

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
    public NodeClaimSpec Spec
    {
        get;
        init => field = value ?? NodeClaimSpec.Empty;
    } = NodeClaimSpec.Empty;
    public NodeClaimStatus Status
    {
        get;
        init => field = value ?? NodeClaimStatus.Empty;
    } = NodeClaimStatus.Empty;

    public NodeClaim With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record NodeClaimSpec : Wire
{
    internal static readonly NodeClaimSpec Empty = new();

    public IReadOnlyList<Taint>? Taints { get; init; }
    public IReadOnlyList<Taint>? StartupTaints { get; init; }

    [AlwaysWritten]
    public IReadOnlyList<NodeRequirement> Requirements
    {
        get;
        init => field = value ?? [];
    } = [];
    public NodeClaimResources? Resources { get; init; }
    public NodeClassReference NodeClassRef
    {
        get;
        init => field = value ?? NodeClassReference.Empty;
    } = NodeClassReference.Empty;
    public GoDuration? TerminationGracePeriod { get; init; }
    public NillableDuration? ExpireAfter { get; init; }
}

public sealed record NodeClaimResources : Wire
{
    public ResourceList Requests
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
}

public sealed record NodeClaimStatus : Wire
{
    internal static readonly NodeClaimStatus Empty = new();

    public string? NodeName { get; init; }

    [JsonPropertyName("providerID")]
    public string? ProviderId { get; init; }

    [JsonPropertyName("imageID")]
    public string? ImageId { get; init; }
    public ResourceList Capacity
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceList Allocatable
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
    public DateTimeOffset? LastPodEventTime { get; init; }
}
