using Tenon.Api.Core;

namespace Tenon.Api.Apps;

public sealed record ReplicaSet : Wire, IKubeObject<ReplicaSet>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "ReplicaSet", "replicasets", Namespaced: true);

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
    public ReplicaSetSpec Spec
    {
        get;
        init => field = value ?? ReplicaSetSpec.Empty;
    } = ReplicaSetSpec.Empty;
    public ReplicaSetStatus Status
    {
        get;
        init => field = value ?? ReplicaSetStatus.Empty;
    } = ReplicaSetStatus.Empty;

    public ReplicaSet With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record ReplicaSetSpec : Wire
{
    internal static readonly ReplicaSetSpec Empty = new();

    public int? Replicas { get; init; }
    public int? MinReadySeconds { get; init; }
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
}

public sealed record ReplicaSetStatus : Wire
{
    internal static readonly ReplicaSetStatus Empty = new();

    public int Replicas { get; init; }
    public int? FullyLabeledReplicas { get; init; }
    public int? ReadyReplicas { get; init; }
    public int? AvailableReplicas { get; init; }
    public int? TerminatingReplicas { get; init; }
    public long? ObservedGeneration { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
