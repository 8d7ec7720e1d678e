using System.Text.Json.Serialization;

namespace Tenon.Api.Core;

public sealed record PodStatus : Wire
{
    internal static readonly PodStatus Empty = new();

    public long? ObservedGeneration { get; init; }
    public string? Phase { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? Message { get; init; }
    public string? Reason { get; init; }
    public string? NominatedNodeName { get; init; }
    public string? HostIP { get; init; }
    public IReadOnlyList<HostIP> HostIPs
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? PodIP { get; init; }
    public IReadOnlyList<PodIP> PodIPs
    {
        get;
        init => field = value ?? [];
    } = [];
    public DateTimeOffset? StartTime { get; init; }
    public IReadOnlyList<ContainerStatus> InitContainerStatuses
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<ContainerStatus> ContainerStatuses
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<ContainerStatus> EphemeralContainerStatuses
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? QosClass { get; init; }
    public string? Resize { get; init; }
    public IReadOnlyList<PodResourceClaimStatus> ResourceClaimStatuses
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record HostIP : Wire
{
    public string Ip
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record PodIP : Wire
{
    public string Ip
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record PodResourceClaimStatus : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? ResourceClaimName { get; init; }
}

public sealed record ContainerStatus : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public ContainerState? State { get; init; }
    public ContainerState? LastState { get; init; }
    public bool Ready { get; init; }
    public int RestartCount { get; init; }
    public string Image
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("imageID")]
    public string ImageId
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("containerID")]
    public string? ContainerId { get; init; }
    public bool? Started { get; init; }
    public ResourceList AllocatedResources
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceRequirements? Resources { get; init; }
}

public sealed record ContainerState : Wire
{
    public ContainerStateWaiting? Waiting { get; init; }
    public ContainerStateRunning? Running { get; init; }
    public ContainerStateTerminated? Terminated { get; init; }
}

public sealed record ContainerStateWaiting : Wire
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
}

public sealed record ContainerStateRunning : Wire
{
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record ContainerStateTerminated : Wire
{
    public int ExitCode { get; init; }
    public int? Signal { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    [JsonPropertyName("containerID")]
    public string? ContainerId { get; init; }
}
