using System.Text.Json;
using System.Text.Json.Serialization;
using Tenon.Api.Core;

namespace Tenon.Api.ResourceK8s;

/// <summary>Devices that pods ask for by name (dynamic resource allocation).</summary>
public sealed record ResourceClaim : Wire, IKubeObject<ResourceClaim>
{
    public static ResourceType Resource { get; } =
        new("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", Namespaced: true);

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
    public ResourceClaimSpec Spec
    {
        get;
        init => field = value ?? ResourceClaimSpec.Empty;
    } = ResourceClaimSpec.Empty;
    public ResourceClaimStatus? Status { get; init; }

    public ResourceClaim With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record ResourceClaimSpec : Wire
{
    internal static readonly ResourceClaimSpec Empty = new();

    public DeviceClaim Devices
    {
        get;
        init => field = value ?? DeviceClaim.Empty;
    } = DeviceClaim.Empty;
}

public sealed record DeviceClaim : Wire
{
    internal static readonly DeviceClaim Empty = new();

    public IReadOnlyList<DeviceRequest> Requests
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<DeviceConstraint> Constraints
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonElement> Config
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>Either exactly one kind of device, or the first of several that can be had.</summary>
public sealed record DeviceRequest : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public ExactDeviceRequest? Exactly { get; init; }
    public IReadOnlyList<DeviceSubRequest> FirstAvailable
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record ExactDeviceRequest : Wire
{
    public string DeviceClassName
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<DeviceSelector> Selectors
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary><c>ExactCount</c> (the default) or <c>All</c>.</summary>
    public string? AllocationMode { get; init; }
    public long? Count { get; init; }
    public bool? AdminAccess { get; init; }
    public IReadOnlyList<DeviceToleration> Tolerations
    {
        get;
        init => field = value ?? [];
    } = [];
    public CapacityRequirements? Capacity { get; init; }
}

public sealed record DeviceSubRequest : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string DeviceClassName
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<DeviceSelector> Selectors
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? AllocationMode { get; init; }
    public long? Count { get; init; }
    public IReadOnlyList<DeviceToleration> Tolerations
    {
        get;
        init => field = value ?? [];
    } = [];
    public CapacityRequirements? Capacity { get; init; }
}

public sealed record CapacityRequirements : Wire
{
    public ResourceList Requests
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
}

public sealed record DeviceSelector : Wire
{
    public CelDeviceSelector? Cel { get; init; }
}

public sealed record CelDeviceSelector : Wire
{
    public string Expression
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record DeviceToleration : Wire
{
    public string? Key { get; init; }
    public string? Operator { get; init; }
    public string? Value { get; init; }
    public string? Effect { get; init; }
    public long? TolerationSeconds { get; init; }
}

/// <summary>All devices of the named requests must agree on an attribute, or differ in it.</summary>
public sealed record DeviceConstraint : Wire
{
    public IReadOnlyList<string> Requests
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? MatchAttribute { get; init; }
    public string? DistinctAttribute { get; init; }
}

public sealed record ResourceClaimStatus : Wire
{
    public AllocationResult? Allocation { get; init; }
    public IReadOnlyList<ResourceClaimConsumer> ReservedFor
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonElement> Devices
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record AllocationResult : Wire
{
    public DeviceAllocationResult Devices
    {
        get;
        init => field = value ?? DeviceAllocationResult.Empty;
    } = DeviceAllocationResult.Empty;
    public NodeSelector? NodeSelector { get; init; }
    public DateTimeOffset? AllocationTimestamp { get; init; }
}

public sealed record DeviceAllocationResult : Wire
{
    internal static readonly DeviceAllocationResult Empty = new();

    public IReadOnlyList<DeviceRequestAllocationResult> Results
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonElement> Config
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record DeviceRequestAllocationResult : Wire
{
    public string Request
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Driver
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Pool
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Device
    {
        get;
        init => field = value ?? "";
    } = "";
    public bool? AdminAccess { get; init; }

    [JsonPropertyName("shareID")]
    public string? ShareId { get; init; }
    public ResourceList ConsumedCapacity
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
}

public sealed record ResourceClaimConsumer : Wire
{
    public string? ApiGroup { get; init; }
    public string Resource
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Uid
    {
        get;
        init => field = value ?? "";
    } = "";
}
