using Tenon.Api.Core;

namespace Tenon.Api.Apps;

public sealed record StatefulSet : Wire, IKubeObject<StatefulSet>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "StatefulSet", "statefulsets", Namespaced: true);

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
    public StatefulSetSpec Spec
    {
        get;
        init => field = value ?? StatefulSetSpec.Empty;
    } = StatefulSetSpec.Empty;
    public StatefulSetStatus Status
    {
        get;
        init => field = value ?? StatefulSetStatus.Empty;
    } = StatefulSetStatus.Empty;

    public StatefulSet With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record StatefulSetSpec : Wire
{
    internal static readonly StatefulSetSpec Empty = new();

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
    public IReadOnlyList<PersistentVolumeClaim> VolumeClaimTemplates
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? ServiceName { get; init; }
    public string? PodManagementPolicy { get; init; }
    public UpdateStrategy? UpdateStrategy { get; init; }
    public int? RevisionHistoryLimit { get; init; }
    public int? MinReadySeconds { get; init; }
    public PersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; init; }
    public StatefulSetOrdinals? Ordinals { get; init; }
}

public sealed record UpdateStrategy : Wire
{
    public string? Type { get; init; }
    public RollingUpdate? RollingUpdate { get; init; }
}

public sealed record PersistentVolumeClaimRetentionPolicy : Wire
{
    public string? WhenDeleted { get; init; }
    public string? WhenScaled { get; init; }
}

public sealed record StatefulSetOrdinals : Wire
{
    public int? Start { get; init; }
}

public sealed record StatefulSetStatus : Wire
{
    internal static readonly StatefulSetStatus Empty = new();

    public long? ObservedGeneration { get; init; }
    public int Replicas { get; init; }
    public int? ReadyReplicas { get; init; }
    public int? CurrentReplicas { get; init; }
    public int? UpdatedReplicas { get; init; }
    public string? CurrentRevision { get; init; }
    public string? UpdateRevision { get; init; }
    public int? CollisionCount { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
    public int? AvailableReplicas { get; init; }
}
