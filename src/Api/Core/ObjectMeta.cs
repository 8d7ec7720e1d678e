namespace Tenon.Api.Core;

public sealed record ObjectMeta : Wire
{
    private static readonly IReadOnlyDictionary<string, string> NoPairs = None<string>.Map;
    public static readonly ObjectMeta Empty = new();

    public string? Name { get; init; }
    public string? GenerateName { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public long? Generation { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }
    public DateTimeOffset? DeletionTimestamp { get; init; }
    public long? DeletionGracePeriodSeconds { get; init; }
    public IReadOnlyDictionary<string, string> Labels
    {
        get;
        init => field = value ?? NoPairs;
    } = NoPairs;
    public IReadOnlyDictionary<string, string> Annotations
    {
        get;
        init => field = value ?? NoPairs;
    } = NoPairs;
    public IReadOnlyList<string> Finalizers
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<OwnerReference> OwnerReferences
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>A controller asked for this object to go; finalizers may still hold it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsDeleting => DeletionTimestamp is not null;
}

public sealed record OwnerReference : Wire
{
    public string ApiVersion
    {
        get;
        init => field = value ?? "";
    } = "";
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
    public string Uid
    {
        get;
        init => field = value ?? "";
    } = "";
    public bool? Controller { get; init; }
    public bool? BlockOwnerDeletion { get; init; }
}
