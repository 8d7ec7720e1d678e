namespace Tenon.Api.Core;

/// <summary>
/// One condition of any kind. Pods and nodes add probe and heartbeat times, deployments an update time; everything but
/// the type and the status may be absent on older objects.
/// </summary>
public sealed record Condition : Wire
{
    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Status
    {
        get;
        init => field = value ?? "";
    } = "";
    public long? ObservedGeneration { get; init; }
    public DateTimeOffset? LastHeartbeatTime { get; init; }
    public DateTimeOffset? LastProbeTime { get; init; }
    public DateTimeOffset? LastUpdateTime { get; init; }
    public DateTimeOffset? LastTransitionTime { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
}
