using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tenon.Api.Core;

public sealed record PodSpec : Wire
{
    internal static readonly PodSpec Empty = new();

    public IReadOnlyList<Volume> Volumes
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<Container> InitContainers
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<Container> Containers
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonElement> EphemeralContainers
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? RestartPolicy { get; init; }
    public long? TerminationGracePeriodSeconds { get; init; }
    public long? ActiveDeadlineSeconds { get; init; }
    public string? DnsPolicy { get; init; }
    public IReadOnlyDictionary<string, string> NodeSelector
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public string? ServiceAccountName { get; init; }
    public string? ServiceAccount { get; init; }
    public bool? AutomountServiceAccountToken { get; init; }
    public string? NodeName { get; init; }
    public bool? HostNetwork { get; init; }
    public bool? HostPID { get; init; }
    public bool? HostIPC { get; init; }
    public bool? ShareProcessNamespace { get; init; }
    public JsonElement? SecurityContext { get; init; }
    public IReadOnlyList<LocalObjectReference> ImagePullSecrets
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? Hostname { get; init; }
    public string? Subdomain { get; init; }
    public Affinity? Affinity { get; init; }
    public string? SchedulerName { get; init; }
    public IReadOnlyList<Toleration> Tolerations
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonElement> HostAliases
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? PriorityClassName { get; init; }
    public int? Priority { get; init; }
    public JsonElement? DnsConfig { get; init; }
    public IReadOnlyList<PodReadinessGate> ReadinessGates
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? RuntimeClassName { get; init; }
    public bool? EnableServiceLinks { get; init; }
    public string? PreemptionPolicy { get; init; }
    public ResourceList Overhead
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public IReadOnlyList<TopologySpreadConstraint> TopologySpreadConstraints
    {
        get;
        init => field = value ?? [];
    } = [];

    [JsonPropertyName("setHostnameAsFQDN")]
    public bool? SetHostnameAsFqdn { get; init; }
    public PodOS? Os { get; init; }
    public bool? HostUsers { get; init; }
    public IReadOnlyList<PodSchedulingGate> SchedulingGates
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<PodResourceClaim> ResourceClaims
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Pod-level requests and limits; where set they stand for the sum over the containers.</summary>
    public ResourceRequirements? Resources { get; init; }
}

public sealed record PodReadinessGate : Wire
{
    public string ConditionType
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record PodOS : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record PodSchedulingGate : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record PodResourceClaim : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? ResourceClaimName { get; init; }
    public string? ResourceClaimTemplateName { get; init; }
}

public sealed record PodTemplateSpec : Wire
{
    internal static readonly PodTemplateSpec Empty = new();

    public ObjectMeta Metadata
    {
        get;
        init => field = value ?? ObjectMeta.Empty;
    } = ObjectMeta.Empty;
    public PodSpec Spec
    {
        get;
        init => field = value ?? PodSpec.Empty;
    } = PodSpec.Empty;
}
