using System.Text.Json.Serialization;

namespace Tenon.Api.Core;

public sealed record Affinity : Wire
{
    public NodeAffinity? NodeAffinity { get; init; }
    public PodAffinity? PodAffinity { get; init; }
    public PodAntiAffinity? PodAntiAffinity { get; init; }
}

public sealed record NodeAffinity : Wire
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public NodeSelector? Required { get; init; }

    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")]
    public IReadOnlyList<PreferredSchedulingTerm> Preferred
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record NodeSelector : Wire
{
    public IReadOnlyList<NodeSelectorTerm> NodeSelectorTerms
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record NodeSelectorTerm : Wire
{
    internal static readonly NodeSelectorTerm Empty = new();

    public IReadOnlyList<NodeSelectorRequirement> MatchExpressions
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<NodeSelectorRequirement> MatchFields
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record NodeSelectorRequirement : Wire
{
    public string Key
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Operator
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<string> Values
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record PreferredSchedulingTerm : Wire
{
    public int Weight { get; init; }
    public NodeSelectorTerm Preference
    {
        get;
        init => field = value ?? NodeSelectorTerm.Empty;
    } = NodeSelectorTerm.Empty;
}

public sealed record PodAffinity : Wire
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public IReadOnlyList<PodAffinityTerm> Required
    {
        get;
        init => field = value ?? [];
    } = [];

    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")]
    public IReadOnlyList<WeightedPodAffinityTerm> Preferred
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record PodAntiAffinity : Wire
{
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")]
    public IReadOnlyList<PodAffinityTerm> Required
    {
        get;
        init => field = value ?? [];
    } = [];

    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")]
    public IReadOnlyList<WeightedPodAffinityTerm> Preferred
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record PodAffinityTerm : Wire
{
    internal static readonly PodAffinityTerm Empty = new();

    public LabelSelector? LabelSelector { get; init; }
    public IReadOnlyList<string> Namespaces
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Absent: this pod's namespace (with <see cref="Namespaces"/>); empty: all namespaces.</summary>
    public LabelSelector? NamespaceSelector { get; init; }
    public string TopologyKey
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<string> MatchLabelKeys
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<string> MismatchLabelKeys
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record WeightedPodAffinityTerm : Wire
{
    public int Weight { get; init; }

    [JsonPropertyName("podAffinityTerm")]
    public PodAffinityTerm Term
    {
        get;
        init => field = value ?? PodAffinityTerm.Empty;
    } = PodAffinityTerm.Empty;
}

public sealed record TopologySpreadConstraint : Wire
{
    public int MaxSkew { get; init; }
    public string TopologyKey
    {
        get;
        init => field = value ?? "";
    } = "";
    public string WhenUnsatisfiable
    {
        get;
        init => field = value ?? "";
    } = "";
    public LabelSelector? LabelSelector { get; init; }
    public int? MinDomains { get; init; }
    public string? NodeAffinityPolicy { get; init; }
    public string? NodeTaintsPolicy { get; init; }
    public IReadOnlyList<string> MatchLabelKeys
    {
        get;
        init => field = value ?? [];
    } = [];
}
