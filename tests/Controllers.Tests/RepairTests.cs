using Tenon.Api.Core;
using Tenon.Controllers.Operator;
using Tenon.Providers.Port;

namespace Tenon.Controllers.Tests;

public sealed class RepairTests
{
    private static readonly OperatorOptions Gated = new() { Gates = new FeatureGates { NodeRepair = true } };

    [Fact]
    public void A_sick_node_is_forced_out_when_its_tolerance_ends_past_marks_and_budgets()
    {
        using var cluster = Sick(nodes: 1, sick: 1, mark: ""","annotations":{"karpenter.sh/do-not-disrupt":"true"}""");
        var claim = cluster.Claims[0].Metadata.Name;
        cluster.RunFor(540);
        Assert.Contains(cluster.Claims, it => it.Metadata.Name == claim && !it.Metadata.IsDeleting);
        cluster.Until(() => cluster.Claims.All(it => it.Metadata.Name != claim), 300, "the end of the sick node");
        cluster.UntilBound(1);
        Assert.Equal(1, cluster.Metrics.Of("karpenter_nodeclaims_disrupted_total", "reason=unhealthy"));
        Assert.Equal(
            1,
            cluster.Metrics.Of("karpenter_nodeclaims_unhealthy_disrupted_total", "condition=accelerator_healthy")
        );
    }

    [Fact]
    public void When_more_than_a_fifth_is_sick_nobody_is_repaired_and_the_event_says_so()
    {
        using var cluster = Sick(nodes: 4, sick: 2);
        cluster.RunFor(900);
        Assert.Equal(4, cluster.Claims.Count(static it => !it.Metadata.IsDeleting));
        Assert.Contains(
            cluster.Events,
            static it =>
                it.Reason == "NodeRepairBlocked"
                && it.Type == "Warning"
                && it.InvolvedObject.Kind == "Node"
                && it.Message == "more than 20% nodes are unhealthy in the nodepool"
        );
    }

    [Fact]
    public void Other_conditions_and_other_statuses_are_nobodys_sickness()
    {
        using var cluster = Sick(nodes: 1, sick: 1, status: "True");
        var claim = cluster.Claims[0].Metadata.Name;
        cluster.RunFor(1200);
        Assert.Equal(claim, Assert.Single(cluster.Claims).Metadata.Name);
    }

    private static TestCluster Sick(int nodes, int sick, string status = "False", string mark = "")
    {
        var cluster = new TestCluster(
            options: Gated,
            script: static cloud =>
                cloud.RepairPolicies = [new RepairPolicy("AcceleratorHealthy", "False", TimeSpan.FromMinutes(10))]
        );
        cluster.Pool(
            disruption: """{"consolidateAfter":"Never","budgets":[{"nodes":"0"}]}""",
            requirements: """{"key":"karpenter.kwok.sh/instance-cpu","operator":"In","values":["2"]}"""
        );
        cluster.Deployment(
            "web",
            nodes,
            cpu: "1500m",
            podMeta: mark,
            podExtra: """ "terminationGracePeriodSeconds":1, """
        );
        cluster.UntilBound(nodes);
        cluster.RunFor(10);
        foreach (var node in cluster.Nodes.Take(sick))
        {
            var at = cluster
                .World.Loop.Time.GetUtcNow()
                .UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
            var conditions = string.Join(
                ',',
                node.Status.Conditions.Select(static it =>
                        $$"""{"type":"{{it.Type}}","status":"{{it.Status}}","reason":"{{it.Reason}}"}"""
                    )
                    .Append($$"""{"type":"AcceleratorHealthy","status":"{{status}}","lastTransitionTime":"{{at}}"}""")
            );
            cluster.PatchStatus<Node>(node.Metadata.Name!, $$"""{"status":{"conditions":[{{conditions}}]} }""");
        }
        return cluster;
    }
}
