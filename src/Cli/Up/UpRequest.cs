using Tenon.Api.Yaml;
using Tenon.Providers.Catalog;

namespace Tenon.Cli.Up;

/// <summary>What a person asked <c>tenon up</c> for, read and checked.</summary>
sealed record UpRequest
{
    public required BoxOptions Box { get; init; }
    public required Catalogue Catalogue { get; init; }
    public required IReadOnlyList<Manifest> Manifests { get; init; }
    public int DashboardPort { get; init; }

    /// <summary>Null stays up until interrupted.</summary>
    public TimeSpan? For { get; init; }

    public bool Json { get; init; }
}
