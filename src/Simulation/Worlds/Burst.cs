using Tenon.Api.Core;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Nodes;
using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// Five thousand pods of forty shapes at once, then down to five hundred: how fast a cluster grows and shrinks.
/// </summary>
internal static class Burst
{
    private const int Shapes = 40;
    private const int Many = 125;
    private const int Few = 12;
    private static readonly TimeSpan GrowLimit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Shrinking = TimeSpan.FromMinutes(40);

    public static NamedWorld World { get; } =
        new()
        {
            Name = "burst-5000",
            About = "5,000 pods of 40 shapes at once, then 500; every pod is bound and the nodes shrink",
            Options = seed => new WorldOptions
            {
                Name = "burst-5000",
                Seed = seed,
                Cloud = CloudOptions.Calm,
                TellsEvents = false,
                Kubelets = new KubeletOptions
                {
                    ShowsCreating = false,
                    Heartbeat = TimeSpan.FromMinutes(2),
                    SilenceGrace = TimeSpan.FromMinutes(5),
                },
            },
            Play = Play,
        };

    private static void Play(SimulatedWorld world)
    {
        world.Apply(WorldManifests.Parse(WorldManifests.NodeClass, "class"));
        world.Apply(WorldManifests.Parse(WorldManifests.Pool(), "pool"));
        world.Apply(WorldManifests.Parse(WorldManifests.DaemonSet("logs", "50m", "64Mi"), "daemon"));
        world.RunFor(TimeSpan.FromSeconds(30));
        for (var shape = 0; shape < Shapes; shape++)
            world.Apply(WorldManifests.Parse(Deployment(shape), $"shape-{shape}"));
        // Counting five thousand pods after every event would cost more than the world itself.
        for (var waited = TimeSpan.Zero; Bound(world) < Shapes * Many && waited < GrowLimit; waited += Step)
            world.RunFor(Step);
        if (Bound(world) < Shapes * Many)
            world.Accuse(
                "a burst is served",
                "the burst",
                $"left {Shapes * Many - Bound(world)} pods unbound after {GrowLimit}"
            );
        world.RunFor(TimeSpan.FromMinutes(2));
        var nodes = world.Informers.Of<Node>().All.Count;
        for (var shape = 0; shape < Shapes; shape++)
            world.Apply(WorldManifests.Scale(Name(shape), Few + (shape < 20 ? 1 : 0)));
        world.RunFor(Shrinking);
        var left = world.Informers.Of<Node>().All.Count;
        world.Journal.Write($"nodes {nodes} at the top, {left} at the end");
        if (left > nodes / 2)
            world.Accuse(
                "a cluster shrinks",
                "the cluster",
                $"went from {nodes} nodes to {left} with a tenth of the pods"
            );
    }

    private static int Bound(SimulatedWorld world)
    {
        var bound = 0;
        foreach (var pod in world.Informers.Of<Pod>().All)
            if (pod.IsAssigned() && pod.Metadata.Namespace == "default")
                bound++;
        return bound;
    }

    private static string Name(int shape) => $"app-{shape:00}";

    private static string Deployment(int shape)
    {
        var cpu = new[] { "100m", "250m", "500m", "750m", "1", "1500m", "2", "3" }[shape % 8];
        var memory = new[] { "128Mi", "256Mi", "512Mi", "1Gi", "2Gi", "3Gi", "4Gi" }[shape % 7];
        var extra = (shape % 10) switch
        {
            3 => WorldManifests.Spread(Name(shape), "topology.kubernetes.io/zone", 1),
            6 => WorldManifests.Spread(Name(shape), "kubernetes.io/hostname", 4),
            8 => "nodeSelector: {karpenter.sh/capacity-type: on-demand}",
            _ => "",
        };
        return WorldManifests.Deployment(Name(shape), Many, cpu, memory, extra);
    }
}
