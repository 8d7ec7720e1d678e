using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Api.Karpenter;

public sealed record NodeClaimTemplate : Wire
{
    internal static readonly NodeClaimTemplate Empty = new();

    public NodeClaimTemplateMeta Metadata
    {
        get;
        init => field = value ?? NodeClaimTemplateMeta.Empty;
    } = NodeClaimTemplateMeta.Empty;
    public NodeClaimTemplateSpec Spec
    {
        get;
        init => field = value ?? NodeClaimTemplateSpec.Empty;
    } = NodeClaimTemplateSpec.Empty;
}

/// <summary>Labels and annotations; absent and empty differ, because the template hash tells them apart.</summary>
public sealed record NodeClaimTemplateMeta : Wire
{
    internal static readonly NodeClaimTemplateMeta Empty = new();

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>Lists here are nullable because the template hash tells an empty list from an absent one.</summary>
public sealed record NodeClaimTemplateSpec : Wire
{
    internal static readonly NodeClaimTemplateSpec Empty = new();

    public IReadOnlyList<Taint>? Taints { get; init; }
    public IReadOnlyList<Taint>? StartupTaints { get; init; }

    [AlwaysWritten]
    public IReadOnlyList<NodeRequirement> Requirements
    {
        get;
        init => field = value ?? [];
    } = [];
    public NodeClassReference NodeClassRef
    {
        get;
        init => field = value ?? NodeClassReference.Empty;
    } = NodeClassReference.Empty;
    public GoDuration? TerminationGracePeriod { get; init; }

    /// <summary>Absent: the schema default of 720h has not been applied yet.</summary>
    public NillableDuration? ExpireAfter { get; init; }
}
