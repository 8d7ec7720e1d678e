using Tenon.Api.Karpenter;
using Tenon.Controllers.Operator;

namespace Tenon.Controllers.Tests;

public sealed class ObservabilityTests
{
    [Fact]
    public void Nodes_and_pools_have_their_gauges_and_lose_them_with_their_end()
    {
        using var cluster = Grown(new OperatorOptions());
        cluster.RunFor(10);
        var node = cluster.Nodes[0];
        var allocatable = Assert.Single(
            cluster.Metrics.Gauges(
                "karpenter_nodes_allocatable",
                $"node_name={node.Metadata.Name}",
                "resource_type=cpu",
                "managed=true",
                "nodepool=default"
            )
        );
        Assert.Equal(node.Status.Allocatable.Of("cpu").ToDouble(), allocatable.Value, 6);
        Assert.Equal(
            0.5,
            Assert.Single(cluster.Metrics.Gauges("karpenter_nodes_total_pod_requests", "resource_type=cpu")).Value,
            6
        );
        Assert.InRange(
            Assert.Single(cluster.Metrics.Gauges("karpenter_cluster_utilization_percent", "resource_type=cpu")).Value,
            1,
            99
        );
        Assert.Equal(1, Assert.Single(cluster.Metrics.Gauges("karpenter_cluster_state_node_count")).Value);
        Assert.Equal(1, Assert.Single(cluster.Metrics.Gauges("karpenter_cluster_state_synced")).Value);
        Assert.Equal(0, Assert.Single(cluster.Metrics.Gauges("karpenter_cluster_state_unsynced_time_seconds")).Value);
        Assert.Equal(
            100,
            Assert
                .Single(cluster.Metrics.Gauges("karpenter_nodepools_limit", "nodepool=default", "resource_type=cpu"))
                .Value
        );
        Assert.Equal(
            1,
            Assert
                .Single(cluster.Metrics.Gauges("karpenter_nodepools_usage", "nodepool=default", "resource_type=nodes"))
                .Value
        );
        cluster.Deployment("web", 0);
        cluster.Until(() => cluster.Nodes.Count == 0, 300, "an empty cluster");
        cluster.Delete<NodePool>("default");
        cluster.RunFor(5);
        Assert.Empty(cluster.Metrics.Gauges("karpenter_nodes_allocatable"));
        Assert.Empty(cluster.Metrics.Gauges("karpenter_nodepools_limit"));
    }

    [Fact]
    public void Whoever_switches_observability_off_gets_neither_series_nor_transition_events()
    {
        using var cluster = Grown(new OperatorOptions { DisableClusterStateObservability = true });
        Assert.Empty(cluster.Metrics.Gauges("karpenter_nodes_allocatable"));
        Assert.Empty(cluster.Metrics.Gauges("operator_nodeclaim_status_condition_count"));
        Assert.DoesNotContain(
            cluster.Events,
            static it => it.Message!.StartsWith("Status condition transitioned", StringComparison.Ordinal)
        );
    }

    private static TestCluster Grown(OperatorOptions options)
    {
        var cluster = new TestCluster(options: options);
        cluster.Pool(spec: """ "limits":{"cpu":"100"}, """);
        cluster.Deployment("web", 1, podExtra: """ "terminationGracePeriodSeconds":1, """);
        cluster.UntilBound(1);
        cluster.RunFor(5);
        return cluster;
    }
}
