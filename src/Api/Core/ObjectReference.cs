namespace Tenon.Api.Core;

public sealed record ObjectReference : Wire
{
    internal static readonly ObjectReference Empty = new();

    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public string? Name { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public string? FieldPath { get; init; }
}

public sealed record LocalObjectReference : Wire
{
    public string? Name { get; init; }
}

public sealed record TypedObjectReference : Wire
{
    public string? ApiGroup { get; init; }
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
    public string? Namespace { get; init; }
}
