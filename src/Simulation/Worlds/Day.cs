using Tenon.Simulation.Cloud;
using Tenon.Simulation.Nodes;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// Twenty-four hours of three hundred services whose load follows the sun, each in its own time zone, under autoscalers
/// and budgets: what the machines of such a day cost, and how often its pods were moved.
/// </summary>
internal static class Day
{
    private const int Services = 300;

    public static NamedWorld World { get; } =
        new()
        {
            Name = "day",
            About = "24 hours of 300 services under HPA with daily load; Tenon's cost beside upstream's rules",
            ComparesPolicies = true,
            Options = seed => new WorldOptions
            {
                Name = "day",
                Seed = seed,
                Cloud = CloudOptions.Calm,
                TellsEvents = false,
                EveryPodFits = false,
                Kubelets = new KubeletOptions
                {
                    ShowsCreating = false,
                    Heartbeat = TimeSpan.FromMinutes(4),
                    SilenceGrace = TimeSpan.FromMinutes(10),
                },
            },
            Play = Play,
        };

    private static void Play(SimulatedWorld world)
    {
        world.Apply(WorldManifests.Parse(WorldManifests.NodeClass, "class"));
        world.Apply(WorldManifests.Parse(WorldManifests.Pool("default", "on-demand", consolidateAfter: "1m"), "pool"));
        world.Apply(WorldManifests.Parse(WorldManifests.DaemonSet("logs", "50m", "64Mi"), "daemon"));
        for (var i = 0; i < Services; i++)
        {
            var app = $"svc-{i:000}";
            var cpu = new[] { "100m", "250m", "250m", "500m", "750m", "1", "2" }[i % 7];
            var memory = new[] { "256Mi", "512Mi", "1Gi", "2Gi", "4Gi" }[i % 5];
            var extra = i % 4 == 0 ? WorldManifests.Spread(app, "topology.kubernetes.io/zone", 1) : "";
            world.Apply(WorldManifests.Parse(WorldManifests.Deployment(app, 2, cpu, memory, extra), app));
            world.Apply(WorldManifests.Parse(WorldManifests.Budget(app, "1"), app));
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Autoscaler(
                        app,
                        2,
                        20,
                        $"base={200 + 20 * (i % 11)},amplitude={120 + 15 * (i % 13)},period=24h,phase={i % 6}h,noise=3"
                    ),
                    app
                )
            );
        }
        world.RunFor(TimeSpan.FromHours(24));
    }
}
