using System.Diagnostics.Metrics;
using Tenon.Controllers.Operator;

namespace Tenon.Controllers.Tests;

public sealed class StateMetricTests
{
    [Fact]
    public void The_gauges_tell_of_the_nodes_pools_pods_and_claims_that_are_there()
    {
        using var cluster = new TestCluster();
        cluster.Pool(spec: """ "limits":{"cpu":"100"}, """);
        cluster.Deployment("web", 3, cpu: "1");
        cluster.UntilBound(3);
        cluster.RunFor(60);
        var told = Read(cluster);

        Assert.Equal(1, told["karpenter_cluster_state_synced"].Single().Value);
        Assert.Equal(cluster.Nodes.Count, told["karpenter_cluster_state_node_count"].Single().Value);
        Assert.Equal(100, told["karpenter_nodepools_limit"].Single(it => it.Is("resource_type", "cpu")).Value);
        var requested = told["karpenter_nodes_total_pod_requests"].Where(it => it.Is("resource_type", "cpu")).ToList();
        Assert.Equal(3, requested.Sum(it => it.Value));
        Assert.All(requested, it => Assert.True(it.Is("nodepool", "default") && it.Is("managed", "true")));
        Assert.Equal(3, told["karpenter_pods_state"].Count(it => it.Is("scheduled", "true")));
        Assert.Contains(
            told["operator_nodeclaim_status_condition_count"],
            it => it.Is("type", "Initialized") && it.Is("status", "True") && it.Is("karpenter_sh_nodepool", "default")
        );
        Assert.Contains(
            told["operator_nodepool_status_condition_count"],
            it => it.Is("type", "Ready") && it.Is("status", "True")
        );
        var utilization = told["karpenter_cluster_utilization_percent"].Single(it => it.Is("resource_type", "cpu"));
        Assert.InRange(utilization.Value, 1, 100);
    }

    [Fact]
    public void Without_observability_nothing_is_told_of_single_objects()
    {
        using var cluster = new TestCluster(options: new OperatorOptions { DisableClusterStateObservability = true });
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.UntilBound(1);
        var told = Read(cluster);
        Assert.Equal(1, told["karpenter_cluster_state_synced"].Single().Value);
        Assert.DoesNotContain(told, family => family.Key.StartsWith("karpenter_nodes_", StringComparison.Ordinal));
        Assert.DoesNotContain(told, family => family.Key.StartsWith("operator_", StringComparison.Ordinal));
        Assert.False(told.ContainsKey("karpenter_pods_state"));
    }

    private static Dictionary<string, List<Sample>> Read(TestCluster cluster)
    {
        var samples = new Dictionary<string, List<Sample>>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, asked) =>
        {
            if (ReferenceEquals(instrument.Meter, cluster.Tenon.Meter) && instrument.IsObservable)
                asked.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, labels, _) =>
            {
                if (!samples.TryGetValue(instrument.Name, out var family))
                    samples[instrument.Name] = family = [];
                family.Add(new Sample(value, [.. labels]));
            }
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return samples;
    }

    private sealed record Sample(double Value, KeyValuePair<string, object?>[] Labels)
    {
        public bool Is(string label, string value) => Labels.Any(it => it.Key == label && (string?)it.Value == value);
    }
}
