using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Domain.Cluster;

namespace Tenon.Domain.Tests.Cluster;

public sealed class ClusterSnapshotTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly (string, string)[] Initialized =
    [
        ("karpenter.sh/registered", "true"),
        ("karpenter.sh/initialized", "true"),
    ];

    [Fact]
    public void A_claim_and_its_node_are_one_machine_and_the_claim_speaks_until_registration()
    {
        var cluster = After(Applied(Claim("c1", "p://1", cpu: "4")), Applied(Node("n1", "p://1", cpu: "3")));
        var machine = Assert.Single(cluster.Nodes).Value;
        Assert.Equal("c1", machine.Name);
        Assert.Equal(Quantity.Parse("3"), machine.Capacity.Of("cpu"));
        Assert.Equal(Quantity.Parse("10"), machine.Capacity.Of("example.com/gpu"));
        cluster = cluster.With(Applied(Node("n1", "p://1", cpu: "3", labels: Initialized)));
        machine = Assert.Single(cluster.Nodes).Value;
        Assert.Equal("n1", machine.Name);
        Assert.True(machine.Capacity.Of("example.com/gpu").IsZero);
        Assert.Equal(Quantity.Parse("1"), machine.Capacity.Of("nodes"));
    }

    [Fact]
    public void A_claim_and_a_node_that_share_a_name_leave_nothing_behind()
    {
        var cluster = After(
            Applied(Claim("same", "p://1")),
            Applied(Node("same", "p://1")),
            new ClusterEvent.ClaimDeleted("same", Start),
            new ClusterEvent.NodeDeleted("same", Start)
        );
        Assert.Empty(cluster.Nodes);
        Assert.Empty(cluster.UsageByPool);
    }

    [Fact]
    public void Pods_count_on_their_node_whichever_event_comes_first()
    {
        var podFirst = After(Applied(Pod("a", "n1", "500m")), Applied(Node("n1", "p://1", pool: null)));
        var nodeFirst = After(Applied(Node("n1", "p://1", pool: null)), Applied(Pod("a", "n1", "500m")));
        foreach (var cluster in new[] { podFirst, nodeFirst })
            Assert.Equal(Quantity.Parse("3500m"), Assert.Single(cluster.Nodes).Value.Available.Of("cpu"));
    }

    [Fact]
    public void A_pod_that_reappears_elsewhere_takes_its_requests_along()
    {
        var cluster = After(
            Applied(Node("n1", "p://1", pool: null)),
            Applied(Node("n2", "p://2", pool: null)),
            Applied(Pod("a", "n1", "1")),
            Applied(Pod("a", "n2", "1"))
        );
        Assert.Equal(Quantity.Parse("4"), cluster.NodeNamed("n1")!.Available.Of("cpu"));
        Assert.Equal(Quantity.Parse("3"), cluster.NodeNamed("n2")!.Available.Of("cpu"));
    }

    [Fact]
    public void Seeing_a_pod_again_counts_it_once_and_its_end_frees_the_node()
    {
        var pod = Pod("a", "n1", "1");
        var cluster = After(Applied(Node("n1", "p://1", pool: null)), Applied(pod), Applied(pod), Applied(pod));
        Assert.Equal(Quantity.Parse("3"), cluster.NodeNamed("n1")!.Available.Of("cpu"));
        cluster = cluster.With(Applied(pod with { Status = new PodStatus { Phase = "Succeeded" } }));
        Assert.Equal(Quantity.Parse("4"), cluster.NodeNamed("n1")!.Available.Of("cpu"));
    }

    [Fact]
    public void Long_interleavings_keep_exact_totals()
    {
        var cluster = After(Applied(Node("n1", "p://1", pool: null)));
        for (var i = 0; i < 200; i++)
            cluster = cluster.With(Applied(Pod($"p{i}", "n1", $"{i + 1}m")));
        for (var i = 0; i < 200; i += 2)
            cluster = cluster.With(new ClusterEvent.PodDeleted("default", $"p{i}", Start));
        Assert.Equal(
            Quantity.FromMillis(4000 - Enumerable.Range(0, 200).Where(i => i % 2 == 1).Sum(i => i + 1)),
            cluster.NodeNamed("n1")!.Available.Of("cpu")
        );
    }

    [Fact]
    public void A_node_that_gains_a_provider_id_stays_one_machine()
    {
        var cluster = After(Applied(Node("n1", null, pool: null)), Applied(Node("n1", "p://1", pool: null)));
        Assert.Equal("p://1", Assert.Single(cluster.Nodes).Key);
    }

    [Fact]
    public void A_node_of_ours_waits_for_its_provider_id_and_its_instance_type()
    {
        Assert.Empty(After(Applied(Node("n1", null))).Nodes);
        Assert.Empty(After(Applied(Node("n1", "p://1", hasType: false))).Nodes);
    }

    [Fact]
    public void An_unlaunched_claim_is_known_but_is_no_machine()
    {
        var cluster = After(Applied(Claim("c1", null)));
        Assert.True(cluster.HasUnlaunchedClaim);
        Assert.Empty(cluster.Nodes);
        Assert.False(cluster.With(new ClusterEvent.ClaimDeleted("c1", Start)).HasUnlaunchedClaim);
    }

    [Fact]
    public void Usage_follows_marks_moves_and_halves()
    {
        var cluster = After(Applied(Claim("c1", "p://1", cpu: "4")), Applied(Claim("c2", "p://2", cpu: "4")));
        Assert.Equal(Quantity.Parse("8"), cluster.UsageOf("default").Of("cpu"));
        Assert.Equal(Quantity.Parse("2"), cluster.UsageOf("default").Of("nodes"));
        cluster = cluster.With(new ClusterEvent.Marked(["p://1"], Start));
        Assert.Equal(Quantity.Parse("4"), cluster.UsageOf("default").Of("cpu"));
        cluster = cluster.With(new ClusterEvent.ClaimDeleted("c1", Start));
        Assert.Equal(Quantity.Parse("4"), cluster.UsageOf("default").Of("cpu"));
        cluster = cluster
            .With(new ClusterEvent.Marked(["p://2"], Start))
            .With(new ClusterEvent.Unmarked(["p://2"], Start));
        Assert.Equal(Quantity.Parse("4"), cluster.UsageOf("default").Of("cpu"));
        cluster = cluster.With(Applied(Claim("c2", "p://2", cpu: "4", deleting: true)));
        Assert.Empty(cluster.UsageByPool);
    }

    [Fact]
    public void A_node_is_nominated_until_its_window_passes()
    {
        var cluster = After(
            Applied(Claim("c1", "p://1")),
            new ClusterEvent.Nominated("p://1", Start.AddSeconds(20), Start)
        );
        var machine = cluster.Nodes["p://1"];
        Assert.True(machine.IsNominated(Start.AddSeconds(19)));
        Assert.False(machine.IsNominated(Start.AddSeconds(20)));
    }

    [Fact]
    public void Only_required_anti_affinity_is_indexed()
    {
        var term = new PodAffinityTerm { TopologyKey = "kubernetes.io/hostname" };
        var required = Pod(
            "a",
            null,
            "1",
            new Affinity { PodAntiAffinity = new PodAntiAffinity { Required = [term] } }
        );
        var preferred = Pod(
            "b",
            null,
            "1",
            new Affinity
            {
                PodAntiAffinity = new PodAntiAffinity
                {
                    Preferred = [new WeightedPodAffinityTerm { Weight = 1, Term = term }],
                },
            }
        );
        var cluster = After(Applied(required), Applied(preferred));
        Assert.Equal(["default/a"], cluster.AntiAffinity.Keys);
        Assert.Empty(cluster.With(new ClusterEvent.PodDeleted("default", "a", Start)).AntiAffinity);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public void Taints_that_will_pass_do_not_count_before_initialization_and_do_after(bool initialized, int counted)
    {
        Taint startup = new() { Key = "boot", Effect = "NoSchedule" },
            notReady = new() { Key = "node.kubernetes.io/not-ready", Effect = "NoSchedule" };
        var claim = Claim("c1", "p://1");
        claim = claim with { Spec = claim.Spec with { StartupTaints = [startup] } };
        (string, string)[] labels = initialized
            ? [("karpenter.sh/registered", "true"), ("karpenter.sh/initialized", "true")]
            : [("karpenter.sh/registered", "true")];
        var node = Node("n1", "p://1", labels: labels);
        var cluster = After(
            Applied(claim),
            Applied(node with { Spec = node.Spec with { Taints = [startup, notReady] } })
        );
        Assert.Equal(counted, cluster.Nodes["p://1"].Taints.Length);
    }

    [Fact]
    public void Consolidation_is_worth_another_look_after_a_bind_a_deletion_a_mark_and_an_initialization()
    {
        var cluster = After(
            Applied(Claim("c1", "p://1")),
            Applied(Node("n1", "p://1", labels: [("karpenter.sh/registered", "true")]))
        );
        foreach (
            var (change, minute) in new (ClusterEvent, int)[]
            {
                (new ClusterEvent.PodApplied(Pod("a", "n1", "1"), Start.AddMinutes(1)), 1),
                (new ClusterEvent.PodApplied(Pod("a", "n1", "1"), Start.AddMinutes(2)), 1),
                (new ClusterEvent.PodDeleted("default", "a", Start.AddMinutes(3)), 3),
                (new ClusterEvent.Marked(["p://1"], Start.AddMinutes(4)), 4),
                (new ClusterEvent.NodeApplied(Node("n1", "p://1", labels: Initialized), Start.AddMinutes(5)), 5),
            }
        )
        {
            cluster = cluster.With(change);
            Assert.Equal(Start.AddMinutes(minute), cluster.UnconsolidatedAt);
        }
    }

    private static ClusterSnapshot After(params ReadOnlySpan<ClusterEvent> changes)
    {
        var cluster = ClusterSnapshot.Empty;
        foreach (var change in changes)
            cluster = cluster.With(change);
        return cluster;
    }

    private static ClusterEvent.NodeApplied Applied(Node node) => new(node, Start);

    private static ClusterEvent.ClaimApplied Applied(NodeClaim claim) => new(claim, Start);

    private static ClusterEvent.PodApplied Applied(Pod pod) => new(pod, Start);

    private static NodeClaim Claim(string name, string? id, string cpu = "4", bool deleting = false) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = new Dictionary<string, string> { ["karpenter.sh/nodepool"] = "default" },
                DeletionTimestamp = deleting ? Start : null,
            },
            Status = new NodeClaimStatus
            {
                ProviderId = id,
                Capacity = ResourceList.Parse(("cpu", cpu), ("example.com/gpu", "10")),
                Allocatable = ResourceList.Parse(("cpu", cpu)),
            },
        };

    private static Node Node(
        string name,
        string? id,
        string cpu = "4",
        string? pool = "default",
        bool hasType = true,
        (string, string)[]? labels = null
    )
    {
        var all = new Dictionary<string, string>();
        if (pool is not null)
            all["karpenter.sh/nodepool"] = pool;
        if (hasType)
            all["node.kubernetes.io/instance-type"] = "m5.xlarge";
        foreach (var (key, value) in labels ?? [])
            all[key] = value;
        return new Node
        {
            Metadata = new ObjectMeta { Name = name, Labels = all },
            Spec = new NodeSpec { ProviderId = id },
            Status = new NodeStatus
            {
                Capacity = ResourceList.Parse(("cpu", cpu)),
                Allocatable = ResourceList.Parse(("cpu", cpu)),
            },
        };
    }

    private static Pod Pod(string name, string? node, string cpu, Affinity? affinity = null) =>
        new()
        {
            Metadata = new ObjectMeta { Name = name, Namespace = "default" },
            Spec = new PodSpec
            {
                NodeName = node,
                Affinity = affinity,
                Containers =
                [
                    new Container
                    {
                        Name = "main",
                        Resources = new ResourceRequirements { Requests = ResourceList.Parse(("cpu", cpu)) },
                    },
                ],
            },
        };
}
