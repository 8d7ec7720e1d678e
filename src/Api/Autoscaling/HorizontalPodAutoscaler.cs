using System.Text.Json;
using Tenon.Api.Core;

namespace Tenon.Api.Autoscaling;

public sealed record HorizontalPodAutoscaler : Wire, IKubeObject<HorizontalPodAutoscaler>
{
    public static ResourceType Resource { get; } =
        new("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", Namespaced: true);

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
    public HorizontalPodAutoscalerSpec Spec
    {
        get;
        init => field = value ?? HorizontalPodAutoscalerSpec.Empty;
    } = HorizontalPodAutoscalerSpec.Empty;
    public HorizontalPodAutoscalerStatus Status
    {
        get;
        init => field = value ?? HorizontalPodAutoscalerStatus.Empty;
    } = HorizontalPodAutoscalerStatus.Empty;

    public HorizontalPodAutoscaler With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record HorizontalPodAutoscalerSpec : Wire
{
    internal static readonly HorizontalPodAutoscalerSpec Empty = new();

    public CrossVersionObjectReference ScaleTargetRef
    {
        get;
        init => field = value ?? CrossVersionObjectReference.Empty;
    } = CrossVersionObjectReference.Empty;
    public int? MinReplicas { get; init; }
    public int MaxReplicas { get; init; }
    public IReadOnlyList<MetricSpec> Metrics
    {
        get;
        init => field = value ?? [];
    } = [];
    public HorizontalPodAutoscalerBehavior? Behavior { get; init; }
}

public sealed record CrossVersionObjectReference : Wire
{
    internal static readonly CrossVersionObjectReference Empty = new();

    public string Kind
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? ApiVersion { get; init; }
}

public sealed record MetricSpec : Wire
{
    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public ResourceMetricSource? Resource { get; init; }
    public ResourceMetricSource? ContainerResource { get; init; }
    public JsonElement? Pods { get; init; }
    public JsonElement? Object { get; init; }
    public JsonElement? External { get; init; }
}

public sealed record ResourceMetricSource : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Container { get; init; }
    public MetricTarget Target
    {
        get;
        init => field = value ?? MetricTarget.Empty;
    } = MetricTarget.Empty;
}

public sealed record MetricTarget : Wire
{
    internal static readonly MetricTarget Empty = new();

    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public Quantity? Value { get; init; }
    public Quantity? AverageValue { get; init; }
    public int? AverageUtilization { get; init; }
}

public sealed record HorizontalPodAutoscalerBehavior : Wire
{
    public ScalingRules? ScaleUp { get; init; }
    public ScalingRules? ScaleDown { get; init; }
}

public sealed record ScalingRules : Wire
{
    public int? StabilizationWindowSeconds { get; init; }
    public string? SelectPolicy { get; init; }
    public IReadOnlyList<ScalingPolicy> Policies
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record ScalingPolicy : Wire
{
    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public int Value { get; init; }
    public int PeriodSeconds { get; init; }
}

public sealed record HorizontalPodAutoscalerStatus : Wire
{
    internal static readonly HorizontalPodAutoscalerStatus Empty = new();

    public long? ObservedGeneration { get; init; }
    public DateTimeOffset? LastScaleTime { get; init; }
    public int? CurrentReplicas { get; init; }
    public int DesiredReplicas { get; init; }
    public IReadOnlyList<MetricStatus> CurrentMetrics
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record MetricStatus : Wire
{
    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public ResourceMetricStatus? Resource { get; init; }
}

public sealed record ResourceMetricStatus : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public MetricValueStatus Current
    {
        get;
        init => field = value ?? MetricValueStatus.Empty;
    } = MetricValueStatus.Empty;
}

public sealed record MetricValueStatus : Wire
{
    internal static readonly MetricValueStatus Empty = new();

    public Quantity? Value { get; init; }
    public Quantity? AverageValue { get; init; }
    public int? AverageUtilization { get; init; }
}
