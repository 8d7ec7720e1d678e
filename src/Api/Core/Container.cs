using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tenon.Api.Core;

public sealed record Container : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Image { get; init; }
    public IReadOnlyList<string> Command
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<string> Args
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? WorkingDir { get; init; }
    public IReadOnlyList<ContainerPort> Ports
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonElement> EnvFrom
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<EnvVar> Env
    {
        get;
        init => field = value ?? [];
    } = [];
    public ResourceRequirements Resources
    {
        get;
        init => field = value ?? ResourceRequirements.Empty;
    } = ResourceRequirements.Empty;
    public IReadOnlyList<JsonElement> ResizePolicy
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary><c>Always</c> on an init container makes it a sidecar.</summary>
    public string? RestartPolicy { get; init; }
    public IReadOnlyList<VolumeMount> VolumeMounts
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<VolumeDevice> VolumeDevices
    {
        get;
        init => field = value ?? [];
    } = [];
    public JsonElement? LivenessProbe { get; init; }
    public JsonElement? ReadinessProbe { get; init; }
    public JsonElement? StartupProbe { get; init; }
    public JsonElement? Lifecycle { get; init; }
    public string? TerminationMessagePath { get; init; }
    public string? TerminationMessagePolicy { get; init; }
    public string? ImagePullPolicy { get; init; }
    public JsonElement? SecurityContext { get; init; }
}

public sealed record ContainerPort : Wire
{
    public string? Name { get; init; }
    public int? HostPort { get; init; }

    [JsonPropertyName("containerPort")]
    public int Port { get; init; }
    public string? Protocol { get; init; }
    public string? HostIP { get; init; }
}

public sealed record EnvVar : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Value { get; init; }
    public JsonElement? ValueFrom { get; init; }
}

public sealed record ResourceRequirements : Wire
{
    internal static readonly ResourceRequirements Empty = new();

    public ResourceList Limits
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceList Requests
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public IReadOnlyList<ResourceClaimName> Claims
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record ResourceClaimName : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Request { get; init; }
}

public sealed record VolumeMount : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string MountPath
    {
        get;
        init => field = value ?? "";
    } = "";
    public bool? ReadOnly { get; init; }
    public string? SubPath { get; init; }
}

public sealed record VolumeDevice : Wire
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
