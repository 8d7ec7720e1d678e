using Tenon.Api.Core;

namespace Tenon.Api.Apps;

public sealed record DaemonSet : Wire, IKubeObject<DaemonSet>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "DaemonSet", "daemonsets", Namespaced: true);

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
    public DaemonSetSpec Spec
    {
        get;
        init => field = value ?? DaemonSetSpec.Empty;
    } = DaemonSetSpec.Empty;
    public DaemonSetStatus Status
    {
        get;
        init => field = value ?? DaemonSetStatus.Empty;
    } = DaemonSetStatus.Empty;

    public DaemonSet With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record DaemonSetSpec : Wire
{
    internal static readonly DaemonSetSpec Empty = new();

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
    public UpdateStrategy? UpdateStrategy { get; init; }
    public int? MinReadySeconds { get; init; }
    public int? RevisionHistoryLimit { get; init; }
}

public sealed record DaemonSetStatus : Wire
{
    internal static readonly DaemonSetStatus Empty = new();

    public int CurrentNumberScheduled { get; init; }
    public int NumberMisscheduled { get; init; }
    public int DesiredNumberScheduled { get; init; }
    public int NumberReady { get; init; }
    public long? ObservedGeneration { get; init; }
    public int? UpdatedNumberScheduled { get; init; }
    public int? NumberAvailable { get; init; }
    public int? NumberUnavailable { get; init; }
    public int? CollisionCount { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
