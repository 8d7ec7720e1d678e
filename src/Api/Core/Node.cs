using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tenon.Api.Core;

public sealed record Node : Wire, IKubeObject<Node>
{
    public static ResourceType Resource { get; } = new("", "v1", "Node", "nodes", Namespaced: false);

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
    public NodeSpec Spec
    {
        get;
        init => field = value ?? NodeSpec.Empty;
    } = NodeSpec.Empty;
    public NodeStatus Status
    {
        get;
        init => field = value ?? NodeStatus.Empty;
    } = NodeStatus.Empty;

    public Node With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record NodeSpec : Wire
{
    internal static readonly NodeSpec Empty = new();

    public string? PodCIDR { get; init; }
    public IReadOnlyList<string> PodCIDRs
    {
        get;
        init => field = value ?? [];
    } = [];

    [JsonPropertyName("providerID")]
    public string? ProviderId { get; init; }
    public bool? Unschedulable { get; init; }
    public IReadOnlyList<Taint> Taints
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record NodeStatus : Wire
{
    internal static readonly NodeStatus Empty = new();

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
    public string? Phase { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<NodeAddress> Addresses
    {
        get;
        init => field = value ?? [];
    } = [];
    public JsonElement? DaemonEndpoints { get; init; }
    public NodeSystemInfo? NodeInfo { get; init; }
    public IReadOnlyList<JsonElement> Images
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<string> VolumesInUse
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<AttachedVolume> VolumesAttached
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record NodeAddress : Wire
{
    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Address
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record AttachedVolume : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string DevicePath
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record NodeSystemInfo : Wire
{
    [JsonPropertyName("machineID")]
    public string MachineId
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("systemUUID")]
    public string SystemUuid
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("bootID")]
    public string BootId
    {
        get;
        init => field = value ?? "";
    } = "";
    public string KernelVersion
    {
        get;
        init => field = value ?? "";
    } = "";
    public string OsImage
    {
        get;
        init => field = value ?? "";
    } = "";
    public string ContainerRuntimeVersion
    {
        get;
        init => field = value ?? "";
    } = "";
    public string KubeletVersion
    {
        get;
        init => field = value ?? "";
    } = "";
    public string KubeProxyVersion
    {
        get;
        init => field = value ?? "";
    } = "";
    public string OperatingSystem
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Architecture
    {
        get;
        init => field = value ?? "";
    } = "";
}
