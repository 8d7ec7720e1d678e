using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Api.Apps;
using Tenon.Api.Batch;
using Tenon.Api.Core;
using Tenon.Foundation.Random;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Nodes;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// A world per seed: pools, workloads, weather, faults and what people do to them are all drawn. Then the faults stop,
/// the world is let calm down, and what must be true in peace is judged.
/// </summary>
internal static class Swarm
{
    private static readonly TimeSpan Calming = TimeSpan.FromMinutes(45);
    private static readonly TimeSpan LongestWork = TimeSpan.FromHours(6);
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Stillness = TimeSpan.FromMinutes(12);
    private static readonly string[] Cpus = ["100m", "250m", "500m", "1", "1500m", "3"];
    private static readonly string[] Memories = ["128Mi", "512Mi", "1Gi", "2Gi", "6Gi"];

    public static NamedWorld World { get; } =
        new()
        {
            Name = "swarm",
            About = "a world drawn from the seed: workload, cloud weather, faults, restarts",
            CatalogOf = seed => seed % 8 == 0 ? "aws:us-east-1" : "generic",
            Options = Options,
            Play = Play,
        };

    private static WorldOptions Options(ulong seed)
    {
        var dice = new Prng(seed).Fork("swarm options");
        return new WorldOptions
        {
            Name = "swarm",
            Seed = seed,
            Faults = FaultPlan.FromSeed(seed),
            Cloud = Weather(dice),
            TellsEvents = dice.Chance(200_000),
            Kubelets = new KubeletOptions
            {
                Heartbeat = TimeSpan.FromSeconds(30),
                SilenceGrace = TimeSpan.FromSeconds(80),
            },
        };
    }

    private static CloudOptions Weather(Prng dice) =>
        dice.Next(3) switch
        {
            0 => CloudOptions.Calm,
            1 => CloudOptions.Calm with { SpotOutages = 200_000, TightSpotOutages = 500_000, OnDemandOutages = 20_000 },
            _ => CloudOptions.Default with
            {
                SpotLife = TimeSpan.FromHours(1 + dice.Next(6)),
                TightSpotLife = TimeSpan.FromHours(1),
            },
        };

    private static void Play(SimulatedWorld world)
    {
        var dice = new Prng(world.Options.Seed).Fork("swarm play");
        world.Journal.Write($"faults armed: {string.Join(", ", world.Options.Faults.Armed)}");
        world.Apply(WorldManifests.Parse(WorldManifests.NodeClass, "class"));
        Pools(world, dice);
        if (dice.Chance(500_000))
            world.Apply(WorldManifests.Parse(WorldManifests.DaemonSet("logs", "100m", "128Mi"), "daemon"));
        var apps = new List<string>();
        for (var i = 2 + dice.Next(6); i > 0; i--)
            apps.Add(Start(world, dice, apps.Count));
        for (var step = 6 + dice.Next(10); step > 0; step--)
        {
            world.RunFor(TimeSpan.FromSeconds(20 + dice.Next(400)));
            Disturb(world, dice, apps);
        }
        world.Options.Faults.IsQuiet = true;
        world.RunFor(Calming);
        world.Oracles?.JudgeCalm();
        if (IsPeaceful(world.Options.Cloud))
            Still(world);
    }

    /// <summary>
    /// Nothing drives a calm world: no write, no cost that grows. Jobs that still work are waited for, and then what
    /// their end sets in motion.
    /// </summary>
    internal static void Still(SimulatedWorld world)
    {
        var waited = TimeSpan.Zero;
        for (; world.Informers.Of<Job>().All.Count > 0 && waited < LongestWork; waited += Wait)
            world.RunFor(Wait);
        if (waited > TimeSpan.Zero)
            world.RunFor(Settling);
        var (writes, rate) = (world.OperatorWrites, world.Cloud!.Rate);
        world.RunFor(Stillness);
        if (world.OperatorWrites != writes)
            world.Accuse(
                "a quiet world stands still",
                "the operator",
                $"wrote {world.OperatorWrites - writes} times in {Stillness} of peace"
            );
        if (world.Cloud.Rate > rate)
            world.Accuse("peace costs no more", "the bill", $"rose from {rate} to {world.Cloud.Rate} per hour");
    }

    internal static bool IsPeaceful(CloudOptions cloud) =>
        cloud
            is {
                SpotLife: null,
                MachineLife: null,
                MaintenanceEvery: null,
                SpotOutages: 0,
                TightSpotOutages: 0,
                OnDemandOutages: 0
            };

    private static void Pools(SimulatedWorld world, Prng dice)
    {
        var after = dice.Pick(["0s", "30s", "1m", "5m"]);
        var policy = dice.Chance(700_000) ? "WhenEmptyOrUnderutilized" : "WhenEmpty";
        var budgets = dice.Pick([
            "[{nodes: \"10%\"}]",
            "[{nodes: \"50%\"}]",
            "[{nodes: \"2\"}]",
            "[{nodes: \"100%\"}]",
        ]);
        if (dice.Chance(500_000))
        {
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Pool("spot", "spot", after, policy, weight: 50, budgets: budgets),
                    "pool"
                )
            );
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Pool("on-demand", "on-demand", after, policy, budgets: budgets),
                    "pool"
                )
            );
        }
        else
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Pool("default", "spot, on-demand", after, policy, budgets: budgets),
                    "pool"
                )
            );
    }

    private static string Start(SimulatedWorld world, Prng dice, int number)
    {
        var app = $"app-{number}";
        if (dice.Chance(150_000))
        {
            world.Apply(
                WorldManifests.Parse(
                    WorldManifests.Job(
                        app,
                        2 + dice.Next(20),
                        1 + dice.Next(8),
                        dice.Pick(Cpus),
                        dice.Pick(Memories),
                        $"{30 + dice.Next(400)}s"
                    ),
                    app
                )
            );
            return app;
        }
        var extra = dice.Next(8) switch
        {
            0 => WorldManifests.Spread(app, "topology.kubernetes.io/zone", 1 + dice.Next(2)),
            1 => WorldManifests.Spread(app, "kubernetes.io/hostname", 1 + dice.Next(3)),
            2 => WorldManifests.HostAntiAffinity(app),
            3 => "nodeSelector: {karpenter.sh/capacity-type: on-demand}",
            4 => "terminationGracePeriodSeconds: 5",
            _ => "",
        };
        var annotations = dice.Chance(100_000) ? "karpenter.sh/do-not-disrupt: \"true\"" : "";
        world.Apply(
            WorldManifests.Parse(
                WorldManifests.Deployment(
                    app,
                    1 + dice.Next(20),
                    dice.Pick(Cpus),
                    dice.Pick(Memories),
                    extra,
                    annotations
                ),
                app
            )
        );
        if (dice.Chance(400_000))
            world.Apply(WorldManifests.Parse(WorldManifests.Budget(app, dice.Pick(["1", "2", "30%"])), app));
        return app;
    }

    private static void Disturb(SimulatedWorld world, Prng dice, List<string> apps)
    {
        var app = dice.Pick(apps);
        switch (dice.Next(7))
        {
            case 0 or 1 or 2 when world.Informers.Of<Deployment>().Get("default", app) is not null:
                Merge("scaled", new JsonObject { ["replicas"] = dice.Next(25) });
                break;
            case 3 when world.Informers.Of<Deployment>().Get("default", app) is not null:
                var round = new JsonObject { ["round"] = dice.Next(1_000_000).ToString(CultureInfo.InvariantCulture) };
                Merge(
                    "rolled",
                    new JsonObject
                    {
                        ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = round } },
                    }
                );
                break;
            case 4:
                apps.Add(Start(world, dice, apps.Count));
                break;
            case 5 when world.Informers.Of<Node>().All is { Count: > 0 } nodes:
                var node = nodes.ElementAt(dice.Next(nodes.Count)).Metadata.Name!;
                world.Journal.Write("somebody deletes a node");
                world.Delete(
                    WorldManifests.Parse($$"""{apiVersion: v1, kind: Node, metadata: {name: {{node}} } }""", "node")
                );
                break;
            case 6 when world.Options.Faults.IsArmed(FaultSite.OperatorRestart):
                world.RestartOperator();
                break;
        }

        void Merge(string what, JsonObject spec)
        {
            world.Journal.Write($"deployment {app} {what}: {spec.ToJsonString()}");
            world.Apply(WorldManifests.Change(app, spec));
        }
    }
}
