using Tenon.Api.Karpenter;

namespace Tenon.Controllers.Tests;

public sealed class EmptyNodeTests
{
    [Fact]
    public void Empty_nodes_go_after_consolidateAfter_and_leave_nothing_behind()
    {
        using var cluster = Grown("""{"consolidateAfter":"30s","budgets":[{"nodes":"100%"}]}""");
        cluster.Deployment("web", 0);
        cluster.Until(() => cluster.Nodes.Count == 0, 300, "an empty cluster");
        cluster.RunFor(60);
        Assert.Empty(cluster.Claims);
        Assert.Equal(0, cluster.Alive);
        Assert.Contains(
            cluster.Events,
            it => it.Reason == "DisruptionTerminating" && it.Message == "Disrupting Node: Empty"
        );
    }

    [Fact]
    public void They_stay_for_as_long_as_consolidateAfter_says()
    {
        using var cluster = Grown("""{"consolidateAfter":"10m","budgets":[{"nodes":"100%"}]}""");
        cluster.Deployment("web", 0);
        cluster.RunFor(9 * 60);
        Assert.NotEmpty(cluster.Nodes);
        cluster.Until(() => cluster.Nodes.Count == 0, 240, "an empty cluster");
    }

    [Fact]
    public void They_stay_for_ever_where_consolidation_is_off_and_the_event_says_so()
    {
        using var cluster = Grown("""{"consolidateAfter":"Never"}""");
        cluster.Deployment("web", 0);
        cluster.RunFor(900);
        Assert.NotEmpty(cluster.Nodes);
        Assert.Contains(
            cluster.Events,
            it => it.Reason == "Unconsolidatable" && it.Message == "NodePool \"default\" has consolidation disabled"
        );
    }

    [Fact]
    public void A_budget_of_zero_keeps_them_and_the_event_on_the_pool_says_so()
    {
        using var cluster = Grown("""{"consolidateAfter":"30s","budgets":[{"nodes":"0"}]}""");
        cluster.Deployment("web", 0);
        cluster.RunFor(300);
        Assert.NotEmpty(cluster.Nodes);
        Assert.Contains(
            cluster.Events,
            it =>
                it.Reason == "DisruptionBlocked"
                && it.Message == "No allowed disruptions for disruption reason Empty due to blocking budget"
        );
    }

    [Fact]
    public void A_node_that_must_not_be_disrupted_stays()
    {
        using var cluster = Grown("""{"consolidateAfter":"30s","budgets":[{"nodes":"100%"}]}""");
        cluster.AnnotateNodes("karpenter.sh/do-not-disrupt", "true");
        cluster.Deployment("web", 0);
        cluster.RunFor(300);
        Assert.NotEmpty(cluster.Nodes);
        Assert.Contains(
            cluster.Events,
            it =>
                it.Reason == "DisruptionBlocked"
                && it.Message == "Disruption is blocked through the \"karpenter.sh/do-not-disrupt\" annotation"
        );
    }

    [Fact]
    public void The_pool_shows_what_it_holds_and_zeros_when_it_holds_nothing()
    {
        using var cluster = Grown("""{"consolidateAfter":"30s","budgets":[{"nodes":"100%"}]}""");
        cluster.RunFor(10);
        var full = cluster.List<NodePool>()[0].Status;
        Assert.Equal(cluster.Nodes.Count, full.Nodes);
        Assert.False(full.Resources.Of("cpu").IsZero);
        cluster.Deployment("web", 0);
        cluster.Until(() => cluster.Nodes.Count == 0, 300, "an empty cluster");
        cluster.RunFor(10);
        var empty = cluster.List<NodePool>()[0].Status;
        Assert.Equal(0, empty.Nodes);
        Assert.True(empty.Resources.Of("cpu").IsZero);
        Assert.True(empty.Resources.ContainsKey("ephemeral-storage"));
    }

    private static TestCluster Grown(string disruption)
    {
        var cluster = new TestCluster();
        cluster.Pool(disruption: disruption);
        cluster.Deployment("web", 6, cpu: "1500m");
        cluster.UntilBound(6);
        return cluster;
    }
}
