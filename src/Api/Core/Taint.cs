namespace Tenon.Api.Core;

public sealed record Taint : Wire
{
    public string Key
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Value { get; init; }
    public string Effect
    {
        get;
        init => field = value ?? "";
    } = "";
    public DateTimeOffset? TimeAdded { get; init; }
}

public sealed record Toleration : Wire
{
    public string? Key { get; init; }
    public string? Operator { get; init; }
    public string? Value { get; init; }
    public string? Effect { get; init; }
    public long? TolerationSeconds { get; init; }
}
