using System.Text.Json.Nodes;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Tests.Worlds;

/// <summary>Builders in domain words.</summary>
internal static class Given
{
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static Node Node(
        string name,
        string cpu = "4",
        string memory = "16Gi",
        string zone = "a",
        int pods = 110,
        params (string, string)[] labels
    ) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = new SortedDictionary<string, string>(
                    new[]
                    {
                        ("kubernetes.io/hostname", name),
                        ("topology.kubernetes.io/zone", zone),
                        ("kubernetes.io/arch", "amd64"),
                        ("kubernetes.io/os", "linux"),
                    }
                        .Concat(labels)
                        .ToDictionary(pair => pair.Item1, pair => pair.Item2),
                    StringComparer.Ordinal
                ),
            },
            Spec = new NodeSpec { ProviderId = $"sim://{name}" },
            Status = new NodeStatus
            {
                Capacity = ResourceList.Parse(
                    ("cpu", cpu),
                    ("memory", memory),
                    ("pods", pods.ToString(System.Globalization.CultureInfo.InvariantCulture))
                ),
                Allocatable = ResourceList.Parse(
                    ("cpu", cpu),
                    ("memory", memory),
                    ("pods", pods.ToString(System.Globalization.CultureInfo.InvariantCulture))
                ),
            },
        };

    public static PodTemplateSpec Template(string app, string cpu = "500m", string memory = "256Mi") =>
        new()
        {
            Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = app } },
            Spec = new PodSpec
            {
                Containers =
                [
                    new Container
                    {
                        Name = "main",
                        Image = "img",
                        Resources = new ResourceRequirements
                        {
                            Requests = ResourceList.Parse(("cpu", cpu), ("memory", memory)),
                        },
                    },
                ],
            },
        };

    public static Deployment Deployment(string name, int replicas, string cpu = "500m") =>
        new()
        {
            Metadata = new ObjectMeta { Name = name, Namespace = "default" },
            Spec = new DeploymentSpec
            {
                Replicas = replicas,
                Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
                Template = Template(name, cpu),
            },
        };

    public static Pod Pod(string name, string cpu = "500m", string? app = null) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "default",
                Uid = name,
                Labels = new Dictionary<string, string> { ["app"] = app ?? name },
            },
            Spec = Template(app ?? name, cpu).Spec,
        };

    /// <summary>A cluster of nodes that are there from the beginning and nobody adds to.</summary>
    public static SimulatedWorld World(params Node[] nodes)
    {
        var world = new SimulatedWorld(new WorldOptions { Seed = 7, TellsEvents = false });
        foreach (var node in nodes)
            world.Apply(node);
        return world;
    }

    public static IReadOnlyList<Pod> PodsOf(this SimulatedWorld world, string app) =>
        [
            .. world
                .Informers.Of<Pod>()
                .All.Where(pod => pod.Metadata.Labels.GetValueOrDefault("app") == app && !pod.Metadata.IsDeleting),
        ];

    public static int ReadyOf(this SimulatedWorld world, string app) =>
        world
            .PodsOf(app)
            .Count(pod => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }));

    public static T Get<T>(this SimulatedWorld world, string name)
        where T : class, Api.IKubeObject<T> =>
        world.Informers.Of<T>().Get(T.Resource.Namespaced ? "default" : null, name)
        ?? throw new InvalidOperationException($"no {T.Resource.Kind} {name}\n{world.Tail()}");

    public static void Patch<T>(this SimulatedWorld world, string name, string merge)
        where T : class, Api.IKubeObject<T> =>
        world.Ask(async client =>
            (
                await client.PatchAsync<T>(
                    T.Resource.Namespaced ? "default" : null,
                    name,
                    Kube.Client.Patching.Patch.Merge((JsonObject)JsonNode.Parse(merge)!),
                    CancellationToken.None
                )
            ).OrThrow()
        );

    public static string Tail(this SimulatedWorld world) => string.Join('\n', world.Journal.Lines.TakeLast(60));

    public static void ExpectSoon(this SimulatedWorld world, Func<bool> condition, TimeSpan? limit = null)
    {
        if (!world.RunUntil(condition, limit ?? TimeSpan.FromMinutes(5)))
            Assert.Fail($"it did not come to pass\n{world.Tail()}");
    }
}
