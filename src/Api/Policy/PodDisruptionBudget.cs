using Tenon.Api.Core;

namespace Tenon.Api.Policy;

public sealed record PodDisruptionBudget : Wire, IKubeObject<PodDisruptionBudget>
{
    public static ResourceType Resource { get; } =
        new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", Namespaced: true);

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
    public PodDisruptionBudgetSpec Spec
    {
        get;
        init => field = value ?? PodDisruptionBudgetSpec.Empty;
    } = PodDisruptionBudgetSpec.Empty;
    public PodDisruptionBudgetStatus Status
    {
        get;
        init => field = value ?? PodDisruptionBudgetStatus.Empty;
    } = PodDisruptionBudgetStatus.Empty;

    public PodDisruptionBudget With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record PodDisruptionBudgetSpec : Wire
{
    internal static readonly PodDisruptionBudgetSpec Empty = new();

    public IntOrString? MinAvailable { get; init; }

    /// <summary>Absent: selects nothing; empty: every pod of the namespace.</summary>
    public LabelSelector? Selector { get; init; }
    public IntOrString? MaxUnavailable { get; init; }
    public string? UnhealthyPodEvictionPolicy { get; init; }
}

public sealed record PodDisruptionBudgetStatus : Wire
{
    internal static readonly PodDisruptionBudgetStatus Empty = new();

    public long? ObservedGeneration { get; init; }
    public IReadOnlyDictionary<string, DateTimeOffset> DisruptedPods
    {
        get;
        init => field = value ?? None<DateTimeOffset>.Map;
    } = None<DateTimeOffset>.Map;
    public int DisruptionsAllowed { get; init; }
    public int CurrentHealthy { get; init; }
    public int DesiredHealthy { get; init; }
    public int ExpectedPods { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
