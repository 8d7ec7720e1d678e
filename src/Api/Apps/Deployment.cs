using Tenon.Api.Core;

namespace Tenon.Api.Apps;

public sealed record Deployment : Wire, IKubeObject<Deployment>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "Deployment", "deployments", Namespaced: true);

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
    public DeploymentSpec Spec
    {
        get;
        init => field = value ?? DeploymentSpec.Empty;
    } = DeploymentSpec.Empty;
    public DeploymentStatus Status
    {
        get;
        init => field = value ?? DeploymentStatus.Empty;
    } = DeploymentStatus.Empty;

    public Deployment With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record DeploymentSpec : Wire
{
    internal static readonly DeploymentSpec Empty = new();

    public int? Replicas { get; init; }
    public LabelSelector Selector
    {
        get;
        init => field = value ?? LabelSelector.Empty;
    } = LabelSelector.Empty;
    public PodTemplateSpec Template
    {
        get;
        init => field = value ?? PodTemplateSpec.Empty;
    } = PodTemplateSpec.Empty;
    public DeploymentStrategy? Strategy { get; init; }
    public int? MinReadySeconds { get; init; }
    public int? RevisionHistoryLimit { get; init; }
    public bool? Paused { get; init; }
    public int? ProgressDeadlineSeconds { get; init; }
}

public sealed record DeploymentStrategy : Wire
{
    public string? Type { get; init; }
    public RollingUpdate? RollingUpdate { get; init; }
}

/// <summary>
/// How far a rollout may stray from the wanted count; shared by deployments, daemon sets and stateful sets.
/// </summary>
public sealed record RollingUpdate : Wire
{
    public IntOrString? MaxUnavailable { get; init; }
    public IntOrString? MaxSurge { get; init; }
    public int? Partition { get; init; }
}

public sealed record DeploymentStatus : Wire
{
    internal static readonly DeploymentStatus Empty = new();

    public long? ObservedGeneration { get; init; }
    public int? Replicas { get; init; }
    public int? UpdatedReplicas { get; init; }
    public int? ReadyReplicas { get; init; }
    public int? AvailableReplicas { get; init; }
    public int? UnavailableReplicas { get; init; }
    public int? TerminatingReplicas { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
    public int? CollisionCount { get; init; }
}
