using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Controllers.Tests;

public sealed class TerminationTests
{
    [Fact]
    public void Deleting_a_node_drains_it_returns_the_machine_and_its_pods_find_a_new_one()
    {
        using var cluster = Grown();
        var node = cluster.Nodes[0].Metadata.Name!;
        cluster.Delete<Node>(node);
        cluster.Until(() => cluster.Nodes.All(it => it.Metadata.Name != node), 300, "the end of the node");
        cluster.UntilBound(3);
        Assert.Single(cluster.Claims);
        Assert.Equal(1, cluster.Alive);
        Assert.Contains(
            cluster.Events,
            it => it.Reason == "Evicted" && it.Message == "Evicted pod: Forceful Termination"
        );
    }

    [Fact]
    public void A_leaving_node_is_tainted_and_taken_off_load_balancers()
    {
        using var cluster = Grown(podExtra: """ "terminationGracePeriodSeconds":30, """);
        cluster.Delete<NodeClaim>(cluster.Claims[0].Metadata.Name!);
        cluster.RunFor(4);
        var node = Assert.Single(cluster.Nodes, it => it.Metadata.IsDeleting);
        Assert.Contains(node.Spec.Taints, it => it is { Key: "karpenter.sh/disrupted", Effect: "NoSchedule" });
        Assert.Equal("karpenter", node.Metadata.Labels["node.kubernetes.io/exclude-from-external-load-balancers"]);
        Assert.Contains(cluster.Events, it => it.Reason == "FailedDraining");
    }

    [Fact]
    public void A_disruption_budget_holds_the_drain_until_it_lets_go()
    {
        using var cluster = Grown();
        cluster.Apply(
            """
            {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"web","namespace":"default"},
             "spec":{"maxUnavailable":0,"selector":{"matchLabels":{"app":"web"} } } }
            """
        );
        cluster.RunFor(5);
        var claim = cluster.Claims[0].Metadata.Name!;
        cluster.Delete<NodeClaim>(claim);
        cluster.RunFor(120);
        Assert.Contains(cluster.Claims, it => it.Metadata.Name == claim);
        Assert.Contains(cluster.Events, it => it.Reason == "FailedDraining");
        cluster.Delete<Tenon.Api.Policy.PodDisruptionBudget>("web", "default");
        cluster.Until(() => cluster.Claims.All(it => it.Metadata.Name != claim), 300, "the end of the claim");
        cluster.UntilBound(3);
    }

    [Fact]
    public void Pods_that_refuse_disruption_are_deleted_in_time_when_the_grace_period_of_the_node_ends()
    {
        using var cluster = Grown(
            podExtra: """ "terminationGracePeriodSeconds":10, """,
            podMeta: ""","annotations":{"karpenter.sh/do-not-disrupt":"true"}""",
            templateExtra: """ "terminationGracePeriod":"2m", """
        );
        var claim = cluster.Claims[0].Metadata.Name!;
        cluster.Delete<NodeClaim>(claim);
        cluster.RunFor(100);
        Assert.Contains(cluster.Claims, it => it.Metadata.Name == claim);
        cluster.Until(() => cluster.Claims.All(it => it.Metadata.Name != claim), 120, "the end of the claim");
        Assert.Contains(cluster.Events, it => it.Reason == "Disrupted");
        Assert.Contains(cluster.Events, it => it.Reason == "TerminationGracePeriodExpiring");
    }

    [Fact]
    public void Pods_that_refuse_disruption_hold_a_node_without_grace_period_for_ever()
    {
        using var cluster = Grown(podMeta: ""","annotations":{"karpenter.sh/do-not-disrupt":"true"}""");
        cluster.Delete<NodeClaim>(cluster.Claims[0].Metadata.Name!);
        cluster.RunFor(900);
        Assert.Contains(cluster.Claims, static it => it.Metadata.IsDeleting);
        Assert.Equal(3, cluster.Bound);
    }

    [Fact]
    public void A_machine_that_died_takes_its_claim_along_and_its_pods_get_another()
    {
        using var cluster = Grown();
        var claim = cluster.Claims[0];
        cluster.Kill(claim.Status.ProviderId!);
        cluster.Until(
            () => cluster.Claims.All(it => it.Metadata.Name != claim.Metadata.Name),
            1200,
            "the end of the claim"
        );
        cluster.UntilBound(3, 600);
        Assert.Equal(1, cluster.Alive);
    }

    private static TestCluster Grown(string podExtra = "", string podMeta = "", string templateExtra = "")
    {
        var cluster = new TestCluster();
        cluster.Pool(template: templateExtra);
        cluster.Deployment("web", 3, podExtra: podExtra, podMeta: podMeta);
        cluster.UntilBound(3);
        cluster.RunFor(10);
        return cluster;
    }
}
