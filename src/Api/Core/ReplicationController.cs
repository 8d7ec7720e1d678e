namespace Tenon.Api.Core;

public sealed record ReplicationController : Wire, IKubeObject<ReplicationController>
{
    public static ResourceType Resource { get; } =
        new("", "v1", "ReplicationController", "replicationcontrollers", Namespaced: true);

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
    public ReplicationControllerSpec Spec
    {
        get;
        init => field = value ?? ReplicationControllerSpec.Empty;
    } = ReplicationControllerSpec.Empty;
    public ReplicationControllerStatus? Status { get; init; }

    public ReplicationController With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record ReplicationControllerSpec : Wire
{
    internal static readonly ReplicationControllerSpec Empty = new();

    public int? Replicas { get; init; }
    public int? MinReadySeconds { get; init; }
    public IReadOnlyDictionary<string, string> Selector
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public PodTemplateSpec? Template { get; init; }
}

public sealed record ReplicationControllerStatus : Wire
{
    public int Replicas { get; init; }
    public int? FullyLabeledReplicas { get; init; }
    public int? ReadyReplicas { get; init; }
    public int? AvailableReplicas { get; init; }
    public long? ObservedGeneration { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
