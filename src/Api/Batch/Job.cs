using System.Text.Json;
using Tenon.Api.Core;

namespace Tenon.Api.Batch;

public sealed record Job : Wire, IKubeObject<Job>
{
    public static ResourceType Resource { get; } = new("batch", "v1", "Job", "jobs", Namespaced: true);

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
    public JobSpec Spec
    {
        get;
        init => field = value ?? JobSpec.Empty;
    } = JobSpec.Empty;
    public JobStatus Status
    {
        get;
        init => field = value ?? JobStatus.Empty;
    } = JobStatus.Empty;

    public Job With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record JobSpec : Wire
{
    internal static readonly JobSpec Empty = new();

    public int? Parallelism { get; init; }
    public int? Completions { get; init; }
    public long? ActiveDeadlineSeconds { get; init; }
    public int? BackoffLimit { get; init; }
    public int? BackoffLimitPerIndex { get; init; }
    public LabelSelector? Selector { get; init; }
    public bool? ManualSelector { get; init; }
    public PodTemplateSpec Template
    {
        get;
        init => field = value ?? PodTemplateSpec.Empty;
    } = PodTemplateSpec.Empty;
    public int? TtlSecondsAfterFinished { get; init; }
    public string? CompletionMode { get; init; }
    public bool? Suspend { get; init; }
    public string? PodReplacementPolicy { get; init; }
    public JsonElement? PodFailurePolicy { get; init; }
}

public sealed record JobStatus : Wire
{
    internal static readonly JobStatus Empty = new();

    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? CompletionTime { get; init; }
    public int? Active { get; init; }
    public int? Succeeded { get; init; }
    public int? Failed { get; init; }
    public int? Terminating { get; init; }
    public int? Ready { get; init; }
    public string? CompletedIndexes { get; init; }
    public string? FailedIndexes { get; init; }
    public JsonElement? UncountedTerminatedPods { get; init; }
}
