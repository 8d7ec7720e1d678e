using System.Text.Json.Serialization;

namespace Tenon.Api.Core;

/// <summary>What the API server answers instead of an object: mostly the reason for a refusal.</summary>
public sealed record Status : Wire
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ListMeta? Metadata { get; init; }

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    [JsonPropertyName("status")]
    public string? Outcome { get; init; }
    public string? Message { get; init; }
    public string? Reason { get; init; }
    public StatusDetails? Details { get; init; }
    public int? Code { get; init; }
}

public sealed record StatusDetails : Wire
{
    public string? Name { get; init; }
    public string? Group { get; init; }
    public string? Kind { get; init; }
    public string? Uid { get; init; }
    public IReadOnlyList<StatusCause> Causes
    {
        get;
        init => field = value ?? [];
    } = [];
    public int? RetryAfterSeconds { get; init; }
}

public sealed record StatusCause : Wire
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public string? Field { get; init; }
}
