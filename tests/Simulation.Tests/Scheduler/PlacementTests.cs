using Tenon.Api.Core;
using Tenon.Simulation.Oracles.Legality;
using Tenon.Simulation.Scheduler;
using Tenon.Simulation.Tests.Worlds;

namespace Tenon.Simulation.Tests.Scheduler;

public sealed class PlacementTests
{
    private readonly SchedulerCache _cache = new();

    [Fact]
    public void A_pod_goes_to_the_emptier_node()
    {
        Nodes(Given.Node("n1"), Given.Node("n2"));
        Put(Given.Pod("first", cpu: "2"), "n1");

        Assert.Equal("n2", Place(Given.Pod("next")));
    }

    [Fact]
    public void Equal_nodes_are_told_apart_by_name()
    {
        Nodes(Given.Node("n3"), Given.Node("n1"), Given.Node("n2"));

        Assert.Equal("n1", Place(Given.Pod("a")));
    }

    [Fact]
    public void Every_reason_is_counted_in_upstreams_words_and_order()
    {
        Nodes(
            Given.Node("n1", cpu: "1"),
            Given.Node("n2", zone: "b"),
            Given.Node("n3") with
            {
                Spec = new NodeSpec { Unschedulable = true },
            },
            Given.Node("n4") with
            {
                Spec = new NodeSpec
                {
                    Taints =
                    [
                        new Taint
                        {
                            Key = "dedicated",
                            Value = "db",
                            Effect = "NoSchedule",
                        },
                    ],
                },
            }
        );
        var pod = Given.Pod("a", cpu: "2");
        pod = pod with
        {
            Spec = pod.Spec with
            {
                NodeSelector = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = "a" },
            },
        };

        Assert.Equal(
            "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector, "
                + "1 node(s) had untolerated taint {dedicated: db}, 1 node(s) were unschedulable. "
                + "preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
            Refusal(pod)
        );
    }

    [Fact]
    public void Without_nodes_there_is_nothing_to_try() =>
        Assert.Equal("no nodes available to schedule pods", Refusal(Given.Pod("a")));

    [Fact]
    public void Zonal_spread_fills_the_emptier_zone_and_refuses_to_exceed_its_skew()
    {
        Nodes(Given.Node("a1", zone: "a"), Given.Node("b1", zone: "b", cpu: "1"));
        var web = Spread(Given.Pod("web-0", app: "web"), maxSkew: 1);

        var seen = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var pod = web with { Metadata = web.Metadata with { Uid = $"web-{i}", Name = $"web-{i}" } };
            var node = Place(pod);
            seen.Add(node);
            Put(pod, node);
        }

        Assert.Equal(["a1", "b1", "a1", "b1"], seen);
        // Zone b has no room for a third one, and zone a may not run ahead by two.
        Put(web with { Metadata = web.Metadata with { Uid = "web-4" } }, "a1");
        Assert.Contains(
            "1 node(s) didn't match pod topology spread constraints",
            Refusal(web with { Metadata = web.Metadata with { Uid = "web-5" } }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Anti_affinity_holds_for_newcomers_and_for_those_who_are_there()
    {
        Nodes(Given.Node("n1"), Given.Node("n2"));
        var hermit = Given.Pod("hermit");
        hermit = hermit with
        {
            Spec = hermit.Spec with
            {
                Affinity = new Affinity
                {
                    PodAntiAffinity = new PodAntiAffinity { Required = [Term("web", "kubernetes.io/hostname")] },
                },
            },
        };
        Put(Given.Pod("web-0", app: "web"), "n1");
        Assert.Equal("n2", Place(hermit));

        Put(hermit, "n2");
        Assert.Equal("n1", Place(Given.Pod("web-1", app: "web")));
        _cache.RemoveNode("n1");
        Assert.Contains(
            "node(s) didn't satisfy existing pods anti-affinity rules",
            Refusal(Given.Pod("web-1", app: "web")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Affinity_follows_its_group_and_the_first_of_a_group_goes_anywhere()
    {
        Nodes(Given.Node("a1", zone: "a"), Given.Node("b1", zone: "b"));
        var pod = Given.Pod("c-0", app: "cache");
        pod = pod with
        {
            Spec = pod.Spec with
            {
                Affinity = new Affinity
                {
                    PodAffinity = new PodAffinity { Required = [Term("cache", "topology.kubernetes.io/zone")] },
                },
            },
        };
        Put(Given.Pod("other", cpu: "3"), "a1");

        Assert.Equal("b1", Place(pod));
        Put(pod, "b1");
        Put(Given.Pod("more", cpu: "3"), "b1");
        Assert.Equal("b1", Place(pod with { Metadata = pod.Metadata with { Uid = "c-1" } }));
    }

    [Fact]
    public void Host_ports_are_taken_once_per_node()
    {
        Nodes(Given.Node("n1"));
        var pod = Given.Pod("a");
        pod = pod with
        {
            Spec = pod.Spec with
            {
                Containers = [pod.Spec.Containers[0] with { Ports = [new ContainerPort { Port = 80, HostPort = 80 }] }],
            },
        };
        Put(pod, "n1");

        Assert.Contains(
            "didn't have free ports",
            Refusal(pod with { Metadata = pod.Metadata with { Uid = "b" } }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_pod_of_higher_priority_names_the_fewest_victims_it_needs()
    {
        Nodes(Given.Node("n1", cpu: "2"), Given.Node("n2", cpu: "2"));
        foreach (var i in Enumerable.Range(0, 4))
            Put(Given.Pod($"small-{i}", cpu: "500m", app: "small"), "n1");
        Put(Given.Pod("large", cpu: "2"), "n2");
        var vip = Given.Pod("vip", cpu: "1");
        vip = vip with { Spec = vip.Spec with { Priority = 100 } };

        var refused = Assert.IsType<Verdict.Refused>(
            new PlacementCycle(_cache, _ => false).Decide(_cache.Shapes.Of(vip))
        );

        Assert.Equal("n2", refused.Nominated!.Name);
        Assert.Equal("large", Assert.Single(refused.Victims).Pod.Metadata.Name);
    }

    [Fact]
    public void Init_containers_and_sidecars_count_by_their_worst_moment()
    {
        var table = new ResourceTable();
        var spec = new PodSpec
        {
            InitContainers = [Container("1"), Container("300m") with { RestartPolicy = "Always" }, Container("2")],
            Containers = [Container("500m"), Container("500m")],
        };

        Assert.Equal(2300, PodRequests.Of(spec, table)[ResourceTable.Cpu]);
        Assert.Equal(
            1300,
            PodRequests.Of(spec with { InitContainers = [spec.InitContainers[1]] }, table)[ResourceTable.Cpu]
        );

        static Container Container(string cpu) =>
            new() { Resources = new ResourceRequirements { Requests = ResourceList.Parse(("cpu", cpu)) } };
    }

    private const int BytesPerPlacement = 40_000;

    [Fact]
    public void Five_thousand_pods_of_forty_shapes_find_legal_places_without_much_memory()
    {
        for (var i = 0; i < 500; i++)
            _cache.SetNode(Given.Node($"n{i:000}", cpu: "16", memory: "64Gi", zone: "abc"[i % 3].ToString()));
        var pods = Enumerable.Range(0, 5_000).Select(i => Shaped(i % 40, i)).ToList();
        var board = new LegalityBoard();
        foreach (var row in _cache.Rows)
            board.Set(row.Node!);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cycle = new PlacementCycle(_cache, _ => false);

        var places = new List<(Pod Pod, string Node)>();
        foreach (var pod in pods)
        {
            var node = Assert.IsType<Verdict.Place>(cycle.Decide(_cache.Shapes.Of(pod))).Node.Name;
            _cache.Place(pod, node);
            places.Add((pod, node));
        }
        // Time is not the same on any two machines; a cycle that looks at every pod of every node allocates for it.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - allocated) / pods.Count, 1, BytesPerPlacement);
        foreach (var (pod, node) in places)
        {
            Assert.Null(board.WhyNot(pod, node));
            board.Put(pod, node);
        }
    }

    private static Pod Shaped(int shape, int i)
    {
        var pod = Given.Pod($"p{i}", cpu: $"{100 + shape * 25}m", app: $"app{shape}");
        return (shape % 8) switch
        {
            0 => Spread(pod, maxSkew: 2),
            1 => Spread(pod, maxSkew: 3, key: "kubernetes.io/hostname"),
            2 => pod with
            {
                Spec = pod.Spec with
                {
                    NodeSelector = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = "b" },
                },
            },
            _ => pod,
        };
    }

    private static Pod Spread(Pod pod, int maxSkew, string key = "topology.kubernetes.io/zone") =>
        pod with
        {
            Spec = pod.Spec with
            {
                TopologySpreadConstraints =
                [
                    new TopologySpreadConstraint
                    {
                        MaxSkew = maxSkew,
                        TopologyKey = key,
                        WhenUnsatisfiable = "DoNotSchedule",
                        LabelSelector = new LabelSelector
                        {
                            MatchLabels = new Dictionary<string, string> { ["app"] = pod.Metadata.Labels["app"] },
                        },
                    },
                ],
            },
        };

    private static PodAffinityTerm Term(string app, string key) =>
        new()
        {
            TopologyKey = key,
            LabelSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = app } },
        };

    private void Nodes(params Node[] nodes)
    {
        foreach (var node in nodes)
            _cache.SetNode(node);
    }

    private void Put(Pod pod, string node) => _cache.Place(pod, node);

    private string Place(Pod pod) =>
        Assert.IsType<Verdict.Place>(new PlacementCycle(_cache, _ => false).Decide(_cache.Shapes.Of(pod))).Node.Name;

    private string Refusal(Pod pod) =>
        Assert.IsType<Verdict.Refused>(new PlacementCycle(_cache, _ => false).Decide(_cache.Shapes.Of(pod))).Message;
}
