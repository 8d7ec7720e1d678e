using System.Collections.Concurrent;
using Tenon.Providers.Catalog;

namespace Tenon.Simulation.Worlds;

/// <summary>A world that can be asked for by name.</summary>
public sealed record NamedWorld
{
    public required string Name { get; init; }

    /// <summary>One line for <c>./dev sim --help</c>.</summary>
    public required string About { get; init; }

    /// <summary>What the world is like, for a seed.</summary>
    public required Func<ulong, WorldOptions> Options { get; init; }

    /// <summary>Told for Tenon's own rules and for upstream's, side by side.</summary>
    public bool ComparesPolicies { get; init; }

    /// <summary>What happens in it. Failed expectations are violations, not exceptions.</summary>
    public required Action<SimulatedWorld> Play { get; init; }

    public string Catalog { get; init; } = "aws:us-east-1";

    /// <summary>The catalogue of a seed, where the seed decides; null: <see cref="Catalog"/> for all.</summary>
    public Func<ulong, string>? CatalogOf { get; init; }

    /// <summary>Every world there is, in the order in which help lists them.</summary>
    public static IReadOnlyList<NamedWorld> All { get; } =
    [Burst.World, Steady.World, SpotStorm.World, Day.World, Swarm.World, DisruptionWorld.World];

    public static NamedWorld? Find(string name) => All.FirstOrDefault(world => world.Name == name);

    /// <summary>What the clouds of a world sell is read once and shared: it never changes.</summary>
    private static readonly ConcurrentDictionary<string, Catalogue> Loaded = new(StringComparer.Ordinal);

    internal Catalogue LoadCatalogue(ulong seed) =>
        Loaded.GetOrAdd(
            CatalogOf?.Invoke(seed) ?? Catalog,
            static name =>
                Catalogues.Load(name) switch
                {
                    CatalogueOutcome.Loaded loaded => loaded.Catalogue,
                    CatalogueOutcome.Refused refused => throw new InvalidOperationException(refused.Message),
                    _ => throw new InvalidOperationException("a catalogue is loaded or refused"),
                }
        );
}
