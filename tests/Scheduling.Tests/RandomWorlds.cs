using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Api.Storage;
using Tenon.Domain.Catalog;
using Tenon.Foundation.Random;
using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>
/// Random moments in which constraints meet: a handful of shapes of pods that share their labels, so that spreads,
/// affinities and anti-affinities count and repel pods of other shapes, over nodes that run some of them already.
/// </summary>
internal sealed class RandomWorlds
{
    private static readonly string[] Apps = ["web", "db", "job"];
    private static readonly string[] Spaces = ["default", "default", "default", "shop"];

    private readonly Prng _random;
    private readonly List<PersistentVolumeClaim> _claims = [];
    private readonly List<PersistentVolume> _volumes = [];
    private readonly List<BoundPod> _bound = [];
    private readonly List<NodeState> _nodes = [];

    private RandomWorlds(Prng random) => _random = random;

    /// <summary>What a seed stands for; the same on every machine.</summary>
    public static SchedulingInput Of(int seed) => new RandomWorlds(new Prng((ulong)seed)).Draw();

    private SchedulingInput Draw()
    {
        var zones = _random.Chance(800_000) ? Zones : Zones[..2];
        for (var index = _random.Next(0, 8); index > 0; index--)
            DrawNode(index, zones);
        var shapes = Enumerable.Range(0, _random.Next(1, 7)).Select(Shape).ToList();
        // Many small problems reach more corners than few large ones; still, some are large.
        var count =
            _random.Chance(700_000) ? _random.Next(1, 40)
            : _random.Chance(800_000) ? _random.Next(40, 120)
            : _random.Next(120, 301);
        var pods = Enumerable
            .Range(0, count)
            .Select(index => _random.Pick(shapes)(string.Create(CultureInfo.InvariantCulture, $"pod-{index:D3}")))
            .ToList();
        return new SchedulingInput
        {
            Pools = [.. Pools()],
            Nodes = [.. _nodes],
            Pods = [.. pods],
            DaemonSetPods = _random.Chance(500_000) ? [Pod("daemon", cpu: "200m", memory: "128Mi")] : [],
            Lookup = new ClusterLookup
            {
                BoundPods = _bound,
                Claims = _claims,
                Volumes = _volumes,
                Classes = [Class("anywhere"), Class("first-zone", Zones[0]), Class("two-zones", Zones[0], Zones[1])],
                Namespaces = [Space("default", "core"), Space("shop", "front")],
            },
            Options = Options,
        };
    }

    private IEnumerable<NodePoolOffer> Pools()
    {
        var taint = new Taint
        {
            Key = "dedicated",
            Value = "x",
            Effect = _random.Pick(["NoSchedule", "PreferNoSchedule"]),
        };
        InstanceType[] types =
        [
            Type("s", 2, 4, 10),
            Type("m", 4, 8, 20),
            Type("l", 16, 64, 60),
            Type("arm", 8, 32, 30, arch: "arm64"),
        ];
        var zoned = _random.Chance(300_000) ? new[] { Need(Zone, "In", Zones[0], Zones[1]) } : [];
        yield return new NodePoolOffer(Pool("open", labels: Labels("team", "blue"), requirements: zoned), [.. types]);
        yield return new NodePoolOffer(Pool("tainted", weight: _random.Next(0, 20), taints: [taint]), [.. types]);
        if (_random.Chance(300_000))
            yield return new NodePoolOffer(
                Pool(
                    "small",
                    weight: _random.Next(0, 20),
                    limits: ResourceList.Parse(("cpu", "20")),
                    labels: Labels("team", "red"),
                    requirements: [Need(CapacityType, "In", "spot")]
                ),
                [.. types[..2]]
            );
    }

    private void DrawNode(int index, string[] zones)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"node-{index}");
        var zone = _random.Pick(zones);
        var taints = _random.Chance(150_000)
            ? new[]
            {
                new Taint
                {
                    Key = "dedicated",
                    Value = "x",
                    Effect = "NoSchedule",
                },
            }
            : [];
        var pods = new List<Pod>();
        for (var more = _random.Next(0, 3); more > 0; more--)
        {
            var pod = Pod(
                string.Create(CultureInfo.InvariantCulture, $"bound-{index}-{more}"),
                cpu: "500m",
                labels: Labels("app", _random.Pick(Apps)),
                with: spec =>
                    (
                        _random.Chance(200_000)
                            ? spec.Apart(_random.Pick([Zone, Hostname]), World.Selecting("app", _random.Pick(Apps)))
                            : spec
                    ) with
                    {
                        NodeName = name,
                    },
                space: _random.Pick(Spaces)
            );
            pods.Add(pod);
        }
        var node = Node(name, zone, cpu: "8", memory: "16Gi", taints: taints, bound: [.. pods]);
        if (_random.Chance(300_000))
            node = node with { VolumeLimits = new Dictionary<string, int> { ["disk.csi.test"] = 2 } };
        _nodes.Add(node);
        _bound.AddRange(pods.Select(pod => new BoundPod(pod, name, node.Labels, node.Taints)));
    }

    /// <summary>Draws everything once, so that all pods of a shape are alike.</summary>
    private Func<string, Pod> Shape(int _)
    {
        var (cpu, memory) = (_random.Pick(["100m", "250m", "1", "3"]), _random.Pick(["64Mi", "512Mi", "2Gi", "6Gi"]));
        var labels = Labels("app", _random.Pick(Apps));
        if (_random.Chance(300_000))
            labels["rev"] = _random.Pick(["1", "2"]);
        var space = _random.Pick(Spaces);
        var steps = new List<Func<PodSpec, PodSpec>>();
        Where(steps);
        if (_random.Chance(350_000))
            steps.Add(Spreading());
        if (_random.Chance(100_000))
            steps.Add(Spreading());
        if (_random.Chance(150_000))
            steps.Add(Joining(labels["app"]));
        if (_random.Chance(250_000))
            steps.Add(Leaving());
        if (_random.Chance(80_000))
            steps.Add(Ports(_random.Next(8000, 8002)));
        var storage = _random.Chance(120_000) ? _random.Pick(["anywhere", "first-zone", "two-zones", "bound"]) : null;
        return name =>
        {
            var pod = Pod(name, cpu, memory, labels, spec => steps.Aggregate(spec, (it, step) => step(it)), space);
            return storage is null ? pod : WithDisk(pod, storage);
        };
    }

    private void Where(List<Func<PodSpec, PodSpec>> steps)
    {
        if (_random.Chance(200_000))
            steps.Add(Selecting(Zone, _random.Pick(Zones)));
        if (_random.Chance(100_000))
            steps.Add(Selecting(CapacityType, _random.Pick(["spot", "on-demand"])));
        if (_random.Chance(150_000))
            steps.Add(spec => spec.Requires(Term(WellKnownLabels.Arch, "NotIn", "arm64")));
        else if (_random.Chance(100_000))
            steps.Add(spec => spec.Requires(Term(Zone, "In", Zones[1], Zones[2]), Term(CapacityType, "In", "spot")));
        if (_random.Chance(80_000))
            steps.Add(spec => spec.Selector("team", "blue"));
        if (_random.Chance(200_000))
            steps.Add(spec => spec.Prefers(10, Term(Zone, "In", Zones[0])));
        if (_random.Chance(250_000))
            steps.Add(spec => spec with { Tolerations = [new Toleration { Key = "dedicated", Operator = "Exists" }] });
    }

    private static Func<PodSpec, PodSpec> Selecting(string key, string value) => spec => spec.Selector(key, value);

    private Func<PodSpec, PodSpec> Spreading()
    {
        var key = _random.Pick([Zone, Zone, Hostname, CapacityType]);
        var (skew, soft) = (_random.Next(1, 4), _random.Chance(250_000));
        var (taints, affinity) = (_random.Pick<string?>([null, "Honor"]), _random.Pick<string?>([null, "Ignore"]));
        var app = _random.Pick(Apps);
        int? least = !soft && _random.Chance(100_000) ? _random.Next(2, 4) : null;
        return spec => spec.Spread(key, skew, World.Selecting("app", app), soft, least, taints, affinity);
    }

    private Func<PodSpec, PodSpec> Joining(string own)
    {
        var key = _random.Pick([Zone, Hostname]);
        var app = _random.Chance(700_000) ? own : _random.Pick(Apps);
        return spec => spec.With(key, World.Selecting("app", app));
    }

    private Func<PodSpec, PodSpec> Leaving()
    {
        var key = _random.Pick([Zone, Hostname, Hostname]);
        var app = _random.Pick(Apps);
        var everywhere = _random.Chance(200_000);
        return spec =>
        {
            var apart = spec.Apart(key, World.Selecting("app", app));
            if (!everywhere)
                return apart;
            var anti = apart.Affinity!.PodAntiAffinity!;
            var term = anti.Required[0] with { NamespaceSelector = new LabelSelector() };
            return apart with { Affinity = apart.Affinity with { PodAntiAffinity = anti with { Required = [term] } } };
        };
    }

    private static Func<PodSpec, PodSpec> Ports(int port) =>
        spec =>
            spec with
            {
                Containers =
                [
                    spec.Containers[0] with
                    {
                        Ports = [new ContainerPort { HostPort = port, Protocol = "TCP" }],
                    },
                ],
            };

    private Pod WithDisk(Pod pod, string storage)
    {
        var name = $"disk-{pod.Metadata.Name}";
        var isBound = storage == "bound";
        _claims.Add(
            new PersistentVolumeClaim
            {
                Metadata = new ObjectMeta
                {
                    Name = name,
                    Namespace = pod.Metadata.Namespace,
                    Annotations = new Dictionary<string, string> { ["pv.kubernetes.io/bind-completed"] = "yes" },
                },
                Spec = new PersistentVolumeClaimSpec
                {
                    StorageClassName = isBound ? "anywhere" : storage,
                    VolumeName = isBound ? $"pv-{name}" : null,
                },
                Status = new PersistentVolumeClaimStatus { Phase = isBound ? "Bound" : "Pending" },
            }
        );
        if (isBound)
            _volumes.Add(
                new PersistentVolume
                {
                    Metadata = new ObjectMeta { Name = $"pv-{name}" },
                    Spec = new PersistentVolumeSpec
                    {
                        Csi = new CsiPersistentVolumeSource { Driver = "disk.csi.test" },
                        NodeAffinity = new VolumeNodeAffinity
                        {
                            Required = new NodeSelector { NodeSelectorTerms = [Term(Zone, "In", _random.Pick(Zones))] },
                        },
                    },
                }
            );
        var volume = new Volume
        {
            Name = "disk",
            PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = name },
        };
        return pod with { Spec = pod.Spec with { Volumes = [volume] } };
    }

    private static StorageClass Class(string name, params string[] zones) =>
        new()
        {
            Metadata = new ObjectMeta { Name = name },
            Provisioner = "disk.csi.test",
            VolumeBindingMode = "WaitForFirstConsumer",
            AllowedTopologies =
                zones.Length == 0
                    ? []
                    :
                    [
                        new TopologySelectorTerm
                        {
                            MatchLabelExpressions =
                            [
                                new TopologySelectorLabelRequirement { Key = Zone, Values = zones },
                            ],
                        },
                    ],
        };

    private static Namespace Space(string name, string tier) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = new Dictionary<string, string> { ["tier"] = tier, [WellKnownLabels.NamespaceName] = name },
            },
        };
}
