using Tenon.Api.Karpenter;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Pools;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Controllers.Tests;

public sealed class StaticCapacityTests
{
    private static readonly OperatorOptions Gated = new() { Gates = new FeatureGates { StaticCapacity = true } };

    [Fact]
    public void A_static_pool_has_its_nodes_without_pods_and_follows_its_scale_both_ways()
    {
        using var cluster = Static(3);
        cluster.Until(() => Initialized(cluster) == 3, 120, "three nodes");
        cluster.RunFor(90);
        Assert.Equal(3, cluster.Claims.Count);
        Assert.All(cluster.Claims, static it => Assert.Equal("gold", it.Metadata.Labels["tier"]));
        Scale(cluster, 5);
        cluster.Until(() => Initialized(cluster) == 5, 120, "five nodes");
        Scale(cluster, 1);
        cluster.Until(() => cluster.Claims.Count == 1, 180, "one node");
        Scale(cluster, 0);
        cluster.Until(() => cluster.Claims.Count == 0, 180, "no node");
        Assert.Equal(0, cluster.Alive);
    }

    [Fact]
    public void A_node_that_is_lost_is_made_again()
    {
        using var cluster = Static(2);
        cluster.Until(() => Initialized(cluster) == 2, 120, "two nodes");
        var lost = cluster.Claims[0].Metadata.Name!;
        cluster.Delete<NodeClaim>(lost);
        cluster.Until(
            () => Initialized(cluster) == 2 && cluster.Claims.All(it => it.Metadata.Name != lost),
            180,
            "a new second node"
        );
    }

    [Fact]
    public void The_limit_on_nodes_is_never_exceeded()
    {
        using var cluster = Static(6, limit: 4);
        cluster.Until(() => Initialized(cluster) == 4, 120, "four nodes");
        cluster.RunFor(120);
        Assert.Equal(4, cluster.Claims.Count);
    }

    [Fact]
    public void Without_the_gate_or_without_a_ready_node_class_nothing_is_bought()
    {
        using var off = Static(2, options: new OperatorOptions());
        off.RunFor(120);
        Assert.Empty(off.Claims);
        using var cluster = Static(2, ready: "False");
        cluster.RunFor(60);
        Assert.Empty(cluster.Claims);
        cluster.NodeClass("True");
        cluster.Until(() => Initialized(cluster) == 2, 180, "two nodes");
    }

    [Fact]
    public void Scale_down_takes_empty_nodes_before_those_with_pods()
    {
        using var cluster = Static(3);
        cluster.Until(() => Initialized(cluster) == 3, 120, "three nodes");
        cluster.Deployment("web", 1, cpu: "100m");
        cluster.UntilBound(1);
        var host = cluster.Pods.Single().Spec.NodeName;
        Scale(cluster, 1);
        cluster.Until(() => cluster.Claims.Count == 1, 180, "one node");
        Assert.Equal(host, Assert.Single(cluster.Nodes).Metadata.Name);
    }

    [Fact]
    public void A_restart_in_the_middle_leaves_the_count_right()
    {
        using var cluster = Static(4);
        cluster.RunFor(2);
        cluster.Restart();
        cluster.Until(() => Initialized(cluster) == 4, 180, "four nodes");
        cluster.RunFor(90);
        Assert.Equal(4, cluster.Claims.Count);
        Assert.Equal(4, cluster.Alive);
    }

    [Fact]
    public void Size_and_readiness_wake_the_controllers_and_nothing_else_does()
    {
        var (two, three) = (Sized(2), Sized(3));
        var (ready, unready) = (Sized(2, "True"), Sized(2, "False"));
        Assert.True(StaticTriggers.Grows(new StoreChange<NodePool>(null, two)));
        Assert.True(StaticTriggers.Grows(new StoreChange<NodePool>(two, three)));
        Assert.True(StaticTriggers.Grows(new StoreChange<NodePool>(unready, ready)));
        Assert.False(StaticTriggers.Grows(new StoreChange<NodePool>(ready, unready)));
        Assert.False(StaticTriggers.Grows(new StoreChange<NodePool>(two, two)));
        Assert.False(StaticTriggers.Grows(new StoreChange<NodePool>(null, Sized(null))));
        Assert.True(StaticTriggers.Shrinks(new StoreChange<NodePool>(three, two)));
        Assert.False(StaticTriggers.Shrinks(new StoreChange<NodePool>(unready, ready)));
    }

    [Fact]
    public void Room_that_is_promised_to_one_creator_is_not_promised_to_another()
    {
        var room = new NodeReservations();
        Assert.Equal(3, room.Reserve("a", limit: 5, existing: 2, wanted: 4));
        Assert.Equal(0, room.Reserve("a", limit: 5, existing: 2, wanted: 1));
        Assert.Equal(1, room.Reserve("b", limit: 5, existing: 4, wanted: 9));
        room.Release("a", 2);
        Assert.Equal(2, room.Reserve("a", limit: 5, existing: 2, wanted: 9));
        room.Release("a", 100);
        Assert.Equal(0, room.Held("a"));
        Assert.Equal(0, room.Reserve("a", limit: 5, existing: 7, wanted: 1));
    }

    private static TestCluster Static(
        long replicas,
        long? limit = null,
        string ready = "True",
        OperatorOptions? options = null
    )
    {
        var cluster = new TestCluster(options: options ?? Gated);
        cluster.NodeClass(ready);
        cluster.Pool(
            spec: $"\"replicas\":{replicas}," + (limit is null ? "" : $"\"limits\":{{\"nodes\":\"{limit}\"}},"),
            labels: "\"tier\":\"gold\"",
            requirements: """{"key":"karpenter.kwok.sh/instance-cpu","operator":"In","values":["4"]}"""
        );
        return cluster;
    }

    private static void Scale(TestCluster cluster, int replicas) =>
        cluster.World.Ask(async kube =>
            (await kube.PatchScaleAsync<NodePool>(null, "default", replicas, CancellationToken.None)).OrThrow()
        );

    private static int Initialized(TestCluster cluster) =>
        cluster.Claims.Count(static it =>
            !it.Metadata.IsDeleting
            && it.Status.Conditions.Any(static c => c is { Type: "Initialized", Status: "True" })
        );

    private static NodePool Sized(long? replicas, string ready = "Unknown") =>
        new()
        {
            Metadata = new() { Name = "p" },
            Spec = new() { Replicas = replicas },
            Status = new() { Conditions = [new() { Type = "Ready", Status = ready }] },
        };
}
