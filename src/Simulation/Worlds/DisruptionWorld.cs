using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Api.Core;
using Tenon.Foundation.Random;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Nodes;

namespace Tenon.Simulation.Worlds;

/// <summary>
/// Some twenty nodes and a hundred and fifty pods, to which something is done every minute: scaling, rollouts, drift,
/// expiry, reclaim storms, an API server that goes away, restarts, nodes deleted by hand. Then peace, and judgement.
/// </summary>
internal static class DisruptionWorld
{
    private const int Apps = 15;
    private const int Replicas = 10;
    private const int Changes = 75;
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Calming = TimeSpan.FromMinutes(40);
    private static readonly string[] Cpus = ["500m", "750m", "1", "1250m"];
    private static readonly string[] Memories = ["512Mi", "1Gi", "2Gi", "3Gi"];

    public static NamedWorld World { get; } =
        new()
        {
            Name = "disruption",
            About = "20 nodes, 150 pods and a change a minute: drift, expiry, reclaim storms, API outages",
            Catalog = "generic",
            Options = Options,
            Play = Play,
        };

    private static WorldOptions Options(ulong seed)
    {
        var dice = new Prng(seed).Fork("disruption options");
        return new WorldOptions
        {
            Name = "disruption",
            Seed = seed,
            Faults = FaultPlan.FromSeed(seed),
            Cloud = dice.Chance(500_000)
                ? CloudOptions.Calm
                : CloudOptions.Default with
                {
                    SpotLife = TimeSpan.FromHours(3),
                },
            TellsEvents = false,
            Kubelets = new KubeletOptions
            {
                ShowsCreating = false,
                Heartbeat = TimeSpan.FromMinutes(1),
                SilenceGrace = TimeSpan.FromMinutes(2.5),
            },
        };
    }

    private static void Play(SimulatedWorld world)
    {
        var dice = new Prng(world.Options.Seed).Fork("disruption play");
        world.Journal.Write($"faults armed: {string.Join(", ", world.Options.Faults.Armed)}");
        world.Apply(WorldManifests.Parse(WorldManifests.NodeClass, "class"));
        var expiry = dice.Chance(300_000) ? "70m" : "Never";
        var budgets = dice.Pick([
            """[{nodes: "20%"}]""",
            """[{nodes: "3"}]""",
            """[{nodes: "100%", reasons: [Empty]}, {nodes: "10%"}]""",
            """[{nodes: "30%"}, {nodes: "0", schedule: "30 0 * * *", duration: 20m}]""",
        ]);
        var after = dice.Pick(["0s", "30s", "2m"]);
        Pool(world, after, budgets, expiry, round: 0);
        for (var app = 0; app < Apps; app++)
            Start(world, dice, app);
        world.RunFor(Settling);
        for (var change = 1; change <= Changes; change++)
        {
            Change(world, dice, () => Pool(world, after, budgets, expiry, change));
            world.RunFor(TimeSpan.FromMinutes(1));
        }
        world.Options.Faults.IsQuiet = true;
        world.RunFor(Calming);
        world.Oracles?.JudgeCalm();
        if (expiry == "Never" && Swarm.IsPeaceful(world.Options.Cloud))
            Swarm.Still(world);
    }

    /// <summary>A label of the template makes every node drift when it changes.</summary>
    private static void Pool(SimulatedWorld world, string after, string budgets, string expiry, int round)
    {
        var pool = WorldManifests.Parse(
            WorldManifests.Pool(
                "default",
                consolidateAfter: after,
                budgets: budgets,
                expireAfter: expiry,
                requirement: "{key: karpenter.kwok.sh/instance-cpu, operator: In, values: [\"4\", \"8\"]}"
            ),
            "pool"
        );
        pool[0]["spec"]!["template"]!["metadata"] = new JsonObject
        {
            ["labels"] = new JsonObject { ["round"] = round.ToString(CultureInfo.InvariantCulture) },
        };
        world.Apply(pool);
    }

    private static void Start(SimulatedWorld world, Prng dice, int number)
    {
        var app = $"app-{number:00}";
        var extra = dice.Next(6) switch
        {
            0 => WorldManifests.Spread(app, "topology.kubernetes.io/zone", 1),
            1 => WorldManifests.Spread(app, "kubernetes.io/hostname", 2),
            2 => "nodeSelector: {karpenter.sh/capacity-type: on-demand}",
            _ => "",
        };
        // A pod that may not be disturbed keeps its node from leaving, for ever where the pool gives no deadline.
        var marks = dice.Chance(80_000) ? "karpenter.sh/do-not-disrupt: \"true\"" : "";
        world.Apply(
            WorldManifests.Parse(
                WorldManifests.Deployment(app, Replicas, dice.Pick(Cpus), dice.Pick(Memories), extra, marks),
                app
            )
        );
        if (dice.Chance(700_000))
            world.Apply(WorldManifests.Parse(WorldManifests.Budget(app, dice.Pick(["1", "2", "30%"])), app));
    }

    private static void Change(SimulatedWorld world, Prng dice, Action drift)
    {
        var app = $"app-{dice.Next(Apps):00}";
        switch (dice.Next(20))
        {
            case < 9:
                Merge("scaled", app, new JsonObject { ["replicas"] = 3 + dice.Next(15) });
                break;
            case < 12:
                Merge("rolled", app, Round(dice));
                break;
            case 12:
                world.Journal.Write("the pool's template changes");
                drift();
                break;
            case 13:
                Storm(world, dice);
                break;
            case 14:
                world.Journal.Write("the API server is away for the operator");
                world.Options.Faults.IsApiAway = true;
                world.RunFor(TimeSpan.FromSeconds(20 + dice.Next(100)));
                world.Options.Faults.IsApiAway = false;
                break;
            case 15:
                world.RestartOperator();
                break;
            case 16 when world.Informers.Of<Node>().All is { Count: > 0 } nodes:
                var node = nodes.ElementAt(dice.Next(nodes.Count)).Metadata.Name!;
                world.Journal.Write("somebody deletes a node");
                world.Delete(
                    WorldManifests.Parse($$"""{apiVersion: v1, kind: Node, metadata: {name: {{node}} } }""", "node")
                );
                break;
        }

        void Merge(string what, string name, JsonObject spec)
        {
            world.Journal.Write($"deployment {name} {what}");
            world.Apply(WorldManifests.Change(name, spec));
        }
    }

    private static JsonObject Round(Prng dice) =>
        new()
        {
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["annotations"] = new JsonObject
                    {
                        ["round"] = dice.Next(1_000_000).ToString(CultureInfo.InvariantCulture),
                    },
                },
            },
        };

    /// <summary>A third of the spot machines is taken back within the same two minutes.</summary>
    private static void Storm(SimulatedWorld world, Prng dice)
    {
        world.Journal.Write("a reclaim storm");
        ImmutableArray<string> spot =
        [
            .. world
                .Cloud!.Ledger.Running.Where(entry => entry.Offering.CapacityType == "spot")
                .Select(entry => entry.ProviderId),
        ];
        foreach (var machine in spot)
            if (dice.Chance(330_000))
                world.Reclaim(machine);
    }
}
