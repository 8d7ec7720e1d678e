namespace Tenon.Api.Core;

public sealed record DeleteOptions : Wire
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public long? GracePeriodSeconds { get; init; }
    public Preconditions? Preconditions { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>.</summary>
    public string? PropagationPolicy { get; init; }
    public bool? OrphanDependents { get; init; }
    public IReadOnlyList<string> DryRun
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record Preconditions : Wire
{
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
}
