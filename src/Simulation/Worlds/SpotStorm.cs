using Tenon.Simulation.Cloud;
using Tenon.Simulation.Nodes;

namespace Tenon.Simulation.Worlds;

/// <summary>Spot machines are taken back every half hour on average and much is sold out; budgets still hold.</summary>
internal static class SpotStorm
{
    public static NamedWorld World { get; } =
        new()
        {
            Name = "spot-storm",
            About = "spot machines live half an hour on average and a third of the offers is sold out",
            Catalog = "generic",
            Options = seed => new WorldOptions
            {
                Name = "spot-storm",
                Seed = seed,
                Cloud = CloudOptions.Default with
                {
                    SpotLife = TimeSpan.FromMinutes(30),
                    TightSpotLife = TimeSpan.FromMinutes(15),
                    SpotOutages = 300_000,
                    TightSpotOutages = 600_000,
                },
                TellsEvents = false,
                EveryPodFits = false,
                Kubelets = new KubeletOptions
                {
                    ShowsCreating = false,
                    Heartbeat = TimeSpan.FromSeconds(30),
                    SilenceGrace = TimeSpan.FromSeconds(80),
                },
            },
            Play = Play,
        };

    private static void Play(SimulatedWorld world)
    {
        world.Apply(WorldManifests.Parse(WorldManifests.NodeClass, "class"));
        world.Apply(WorldManifests.Parse(WorldManifests.Pool("spot", "spot, on-demand"), "pool"));
        for (var i = 0; i < 8; i++)
        {
            var app = $"svc-{i:00}";
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Deployment(
                        app,
                        10 + i,
                        $"{250 + 250 * (i % 4)}m",
                        $"{512 << (i % 3)}Mi",
                        i % 2 == 0 ? WorldManifests.Spread(app, "topology.kubernetes.io/zone", 2) : ""
                    ),
                    app
                )
            );
            world.Apply(WorldManifests.Parse(WorldManifests.Budget(app, "2"), app));
        }
        world.RunFor(TimeSpan.FromHours(6));
    }
}
