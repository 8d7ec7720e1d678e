using System.Text.Json;
using Tenon.Api.Core;

namespace Tenon.Api.ResourceK8s;

/// <summary>Part of a pool of devices that a driver offers.</summary>
public sealed record ResourceSlice : Wire, IKubeObject<ResourceSlice>
{
    public static ResourceType Resource { get; } =
        new("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", Namespaced: false);

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
    public ResourceSliceSpec Spec
    {
        get;
        init => field = value ?? ResourceSliceSpec.Empty;
    } = ResourceSliceSpec.Empty;

    public ResourceSlice With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record ResourceSliceSpec : Wire
{
    internal static readonly ResourceSliceSpec Empty = new();

    public string Driver
    {
        get;
        init => field = value ?? "";
    } = "";
    public ResourcePool Pool
    {
        get;
        init => field = value ?? ResourcePool.Empty;
    } = ResourcePool.Empty;
    public string? NodeName { get; init; }
    public NodeSelector? NodeSelector { get; init; }
    public bool? AllNodes { get; init; }
    public bool? PerDeviceNodeSelection { get; init; }
    public IReadOnlyList<Device> Devices
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<CounterSet> SharedCounters
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record ResourcePool : Wire
{
    internal static readonly ResourcePool Empty = new();

    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public long Generation { get; init; }
    public long ResourceSliceCount { get; init; }
}

public sealed record Device : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyDictionary<string, DeviceAttribute> Attributes
    {
        get;
        init => field = value ?? None<DeviceAttribute>.Map;
    } = None<DeviceAttribute>.Map;
    public IReadOnlyDictionary<string, DeviceCapacity> Capacity
    {
        get;
        init => field = value ?? None<DeviceCapacity>.Map;
    } = None<DeviceCapacity>.Map;
    public IReadOnlyList<DeviceCounterConsumption> ConsumesCounters
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? NodeName { get; init; }
    public NodeSelector? NodeSelector { get; init; }
    public bool? AllNodes { get; init; }
    public IReadOnlyList<Taint> Taints
    {
        get;
        init => field = value ?? [];
    } = [];
    public bool? AllowMultipleAllocations { get; init; }
}

/// <summary>Exactly one of the four is set.</summary>
public sealed record DeviceAttribute : Wire
{
    public long? Int { get; init; }
    public bool? Bool { get; init; }
    public string? String { get; init; }
    public string? Version { get; init; }
}

public sealed record DeviceCapacity : Wire
{
    public Quantity Value { get; init; }
    public JsonElement? RequestPolicy { get; init; }
}

public sealed record CounterSet : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyDictionary<string, Counter> Counters
    {
        get;
        init => field = value ?? None<Counter>.Map;
    } = None<Counter>.Map;
}

public sealed record DeviceCounterConsumption : Wire
{
    public string CounterSet
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyDictionary<string, Counter> Counters
    {
        get;
        init => field = value ?? None<Counter>.Map;
    } = None<Counter>.Map;
}

public sealed record Counter : Wire
{
    public Quantity Value { get; init; }
}
