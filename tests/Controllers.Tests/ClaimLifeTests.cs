using Tenon.Api.Karpenter;
using Tenon.Api.Names;

namespace Tenon.Controllers.Tests;

public sealed class ClaimLifeTests
{
    [Fact]
    public void A_restart_at_any_moment_of_a_launch_buys_no_second_machine()
    {
        for (var moment = 0; moment < 12; moment++)
        {
            using var cluster = new TestCluster(seed: (ulong)moment + 1);
            cluster.Pool();
            cluster.Deployment("web", 3);
            cluster.RunFor(1 + moment * 0.5);
            cluster.Restart();
            cluster.UntilBound(3);
            Assert.Single(cluster.Claims);
            Assert.Equal(1, cluster.Alive);
        }
    }

    [Fact]
    public void A_claim_carries_owner_finalizer_labels_and_the_hash_of_its_pool()
    {
        using var cluster = new TestCluster();
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.UntilBound(1);
        var (claim, pool) = (cluster.Claims[0], cluster.List<NodePool>()[0]);
        Assert.Equal([Finalizers.Termination], claim.Metadata.Finalizers);
        Assert.Equal(pool.Metadata.Uid, Assert.Single(claim.Metadata.OwnerReferences).Uid);
        Assert.Equal("default", claim.Metadata.Labels[WellKnownLabels.NodePool]);
        Assert.True(claim.Metadata.Labels.ContainsKey(WellKnownLabels.InstanceType));
        Assert.Equal(
            pool.Metadata.Annotations[Annotations.NodePoolHash],
            claim.Metadata.Annotations[Annotations.NodePoolHash]
        );
        var node = cluster.Nodes[0];
        Assert.Contains(Finalizers.Termination, node.Metadata.Finalizers);
        Assert.DoesNotContain(node.Spec.Taints, static it => it.Key == Taints.UnregisteredKey);
        Assert.Equal(claim.Metadata.Uid, Assert.Single(node.Metadata.OwnerReferences).Uid);
    }

    [Fact]
    public void An_expired_claim_goes_and_its_pods_move()
    {
        using var cluster = new TestCluster();
        cluster.Pool(template: """ "expireAfter":"30m", """);
        cluster.Deployment("web", 3);
        cluster.UntilBound(3);
        var first = cluster.Claims[0].Metadata.Name;
        cluster.RunFor(28 * 60);
        Assert.Equal(first, Assert.Single(cluster.Claims).Metadata.Name);
        cluster.Until(() => cluster.Claims.All(it => it.Metadata.Name != first), 600, "the end of the old claim");
        cluster.UntilBound(3);
        Assert.Equal(1, cluster.Alive);
    }

    [Fact]
    public void A_pod_that_fits_nowhere_says_why_and_buys_nothing()
    {
        using var cluster = new TestCluster();
        cluster.Pool();
        cluster.Deployment("web", 1, podExtra: """ "nodeSelector":{"topology.kubernetes.io/zone":"nowhere"}, """);
        cluster.RunFor(60);
        Assert.Empty(cluster.Claims);
        var told = Assert.Single(
            cluster.Events,
            static it => it.Reason == "FailedScheduling" && it.Source?.Component == "karpenter"
        );
        Assert.StartsWith(
            "Failed to schedule pod, no instance type met the scheduling requirements",
            told.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_pool_whose_node_class_is_not_ready_buys_nothing_until_it_is()
    {
        using var cluster = new TestCluster();
        cluster.NodeClass("False");
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.RunFor(60);
        Assert.Empty(cluster.Claims);
        Assert.Equal("False", cluster.Condition(ConditionTypes.NodeClassReady));
        cluster.NodeClass("True");
        cluster.UntilBound(1);
        Assert.Equal("True", cluster.Condition(ConditionTypes.Ready));
    }

    [Fact]
    public void A_drifted_node_is_replaced_before_it_is_drained()
    {
        using var cluster = new TestCluster();
        cluster.Pool(disruption: """{"consolidateAfter":"Never","budgets":[{"nodes":"100%"}]}""");
        cluster.Deployment("web", 3);
        cluster.UntilBound(3);
        var old = cluster.Claims[0].Metadata.Name!;
        cluster.Pool(
            disruption: """{"consolidateAfter":"Never","budgets":[{"nodes":"100%"}]}""",
            labels: """ "team":"a" """
        );
        cluster.Until(() => cluster.Claims.Count == 2, 120, "a replacement");
        cluster.Until(
            () => cluster.Claims.Any(it => it.Metadata.Name == old && it.Metadata.IsDeleting),
            300,
            "the end of the old claim's time"
        );
        Assert.Contains(
            cluster.Claims,
            it => it.Metadata.Name != old && it.Status.Conditions.Any(c => c is { Type: "Initialized", Status: "True" })
        );
        cluster.Until(() => cluster.Claims.All(it => it.Metadata.Name != old), 300, "the end of the old claim");
        cluster.UntilBound(3);
        Assert.Equal("a", cluster.Nodes[0].Metadata.Labels["team"]);
    }
}
