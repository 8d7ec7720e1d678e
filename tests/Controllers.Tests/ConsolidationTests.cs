namespace Tenon.Controllers.Tests;

public sealed class ConsolidationTests
{
    [Fact]
    public void A_half_empty_cluster_shrinks_to_what_its_pods_need_and_then_rests()
    {
        using var cluster = new TestCluster();
        cluster.Pool(
            disruption: """{"consolidateAfter":"30s","budgets":[{"nodes":"100%"}]}""",
            requirements: """
            {"key":"karpenter.sh/capacity-type","operator":"In","values":["on-demand"]},
            {"key":"karpenter.kwok.sh/instance-cpu","operator":"In","values":["4"]}
            """
        );
        cluster.Deployment("web", 40, cpu: "900m");
        cluster.UntilBound(40);
        cluster.RunFor(120);
        var before = cluster.HourlyCost;
        cluster.Deployment("web", 6, cpu: "900m");
        cluster.RunFor(20 * 60);
        Assert.Equal(6, cluster.Bound);
        Assert.True(
            cluster.HourlyCost < before / 3,
            $"cost went from {before} to {cluster.HourlyCost}\n{cluster.Picture()}"
        );
        var settled = cluster.Claims.Select(static it => it.Metadata.Name).ToList();
        cluster.RunFor(60 * 60);
        Assert.Equal(settled, cluster.Claims.Select(static it => it.Metadata.Name));
    }

    [Fact]
    public void A_pod_that_must_not_be_disrupted_keeps_its_node()
    {
        using var cluster = new TestCluster();
        cluster.Pool(disruption: """{"consolidateAfter":"30s","budgets":[{"nodes":"100%"}]}""");
        cluster.Deployment("big", 1, cpu: "12", memory: "2Gi");
        cluster.Deployment(
            "keep",
            1,
            cpu: "100m",
            podMeta: ""","annotations":{"karpenter.sh/do-not-disrupt":"true"}"""
        );
        cluster.UntilBound(2);
        cluster.Deployment("big", 0);
        cluster.RunFor(600);
        Assert.Equal(1, cluster.Bound);
        Assert.Contains(
            cluster.Events,
            it =>
                it.Reason == "DisruptionBlocked"
                && it.Message!.StartsWith(
                    "Pod has \"karpenter.sh/do-not-disrupt\" annotation (Pod=default/keep-",
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public void A_node_grown_too_large_is_replaced_by_a_cheaper_one_first()
    {
        using var cluster = new TestCluster();
        cluster.Pool(
            disruption: """{"consolidateAfter":"30s","budgets":[{"nodes":"100%"}]}""",
            requirements: """{"key":"karpenter.sh/capacity-type","operator":"In","values":["on-demand"]}"""
        );
        cluster.Deployment("big", 1, cpu: "12", memory: "2Gi");
        cluster.Deployment("small", 1, cpu: "100m");
        cluster.UntilBound(2);
        var before = cluster.HourlyCost;
        cluster.Deployment("big", 0);
        cluster.Until(() => cluster.Claims.Count == 2, 300, "a replacement");
        cluster.Until(() => cluster.Claims.Count == 1 && cluster.Bound == 1, 600, "one cheaper node");
        Assert.True(cluster.HourlyCost < before);
        Assert.Contains(
            cluster.Events,
            it => it.Reason == "DisruptionLaunching" && it.Message == "Launching NodeClaim: Underutilized"
        );
    }
}
