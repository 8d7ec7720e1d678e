using Tenon.Simulation.Cloud;
using Tenon.Simulation.Nodes;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// A day of a shop: load that follows the sun, budgets, spreads, and a spot market in ordinary weather.
/// </summary>
internal static class Steady
{
    public static NamedWorld World { get; } =
        new()
        {
            Name = "steady",
            About = "a day of a shop under HPA with daily load, budgets and spot in ordinary weather",
            Catalog = "generic",
            Options = seed => new WorldOptions
            {
                Name = "steady",
                Seed = seed,
                Cloud = CloudOptions.Default,
                TellsEvents = false,
                EveryPodFits = false,
                Kubelets = new KubeletOptions
                {
                    ShowsCreating = false,
                    Heartbeat = TimeSpan.FromMinutes(1),
                    SilenceGrace = TimeSpan.FromMinutes(2.5),
                },
            },
            Play = Play,
        };

    private static void Play(SimulatedWorld world)
    {
        world.Apply(WorldManifests.Parse(WorldManifests.NodeClass, "class"));
        world.Apply(WorldManifests.Parse(WorldManifests.Pool("spot", "spot", weight: 10), "pool"));
        world.Apply(WorldManifests.Parse(WorldManifests.Pool("on-demand", "on-demand"), "pool"));
        world.Apply(WorldManifests.Parse(WorldManifests.DaemonSet("logs", "50m", "64Mi"), "daemon"));
        for (var i = 0; i < 12; i++)
        {
            var app = $"svc-{i:00}";
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Deployment(
                        app,
                        3,
                        $"{250 + 125 * (i % 5)}m",
                        $"{256 << (i % 4)}Mi",
                        i % 3 == 0 ? WorldManifests.Spread(app, "topology.kubernetes.io/zone", 1) : ""
                    ),
                    app
                )
            );
            world.Apply(WorldManifests.Parse(WorldManifests.Budget(app, "1"), app));
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Autoscaler(
                        app,
                        2,
                        40,
                        $"base={400 + 50 * i},amplitude={300 + 20 * i},period=24h,phase={i}h,noise=5"
                    ),
                    app
                )
            );
        }
        world.RunFor(TimeSpan.FromHours(24));
    }
}
