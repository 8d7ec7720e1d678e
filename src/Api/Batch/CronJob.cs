using Tenon.Api.Core;

namespace Tenon.Api.Batch;

public sealed record CronJob : Wire, IKubeObject<CronJob>
{
    public static ResourceType Resource { get; } = new("batch", "v1", "CronJob", "cronjobs", Namespaced: true);

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
    public CronJobSpec Spec
    {
        get;
        init => field = value ?? CronJobSpec.Empty;
    } = CronJobSpec.Empty;
    public CronJobStatus Status
    {
        get;
        init => field = value ?? CronJobStatus.Empty;
    } = CronJobStatus.Empty;

    public CronJob With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record CronJobSpec : Wire
{
    internal static readonly CronJobSpec Empty = new();

    public string Schedule
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? TimeZone { get; init; }
    public long? StartingDeadlineSeconds { get; init; }
    public string? ConcurrencyPolicy { get; init; }
    public bool? Suspend { get; init; }
    public JobTemplateSpec JobTemplate
    {
        get;
        init => field = value ?? JobTemplateSpec.Empty;
    } = JobTemplateSpec.Empty;
    public int? SuccessfulJobsHistoryLimit { get; init; }
    public int? FailedJobsHistoryLimit { get; init; }
}

public sealed record JobTemplateSpec : Wire
{
    internal static readonly JobTemplateSpec Empty = new();

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
}

public sealed record CronJobStatus : Wire
{
    internal static readonly CronJobStatus Empty = new();

    public IReadOnlyList<ObjectReference> Active
    {
        get;
        init => field = value ?? [];
    } = [];
    public DateTimeOffset? LastScheduleTime { get; init; }
    public DateTimeOffset? LastSuccessfulTime { get; init; }
}
