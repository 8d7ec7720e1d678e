namespace Tenon.Api.Core;

/// <summary>A page of objects of one kind.</summary>
public sealed record KubeList<T> : Wire
    where T : class, IKubeObject<T>
{
    public string ApiVersion
    {
        get;
        init => field = value ?? T.Resource.ApiVersion;
    } = T.Resource.ApiVersion;
    public string Kind
    {
        get;
        init => field = value ?? $"{T.Resource.Kind}List";
    } = $"{T.Resource.Kind}List";
    public ListMeta Metadata
    {
        get;
        init => field = value ?? ListMeta.Empty;
    } = ListMeta.Empty;

    [Json.AlwaysWritten]
    public IReadOnlyList<T> Items
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record ListMeta : Wire
{
    internal static readonly ListMeta Empty = new();

    public string? ResourceVersion { get; init; }
    public string? Continue { get; init; }
    public long? RemainingItemCount { get; init; }
}
