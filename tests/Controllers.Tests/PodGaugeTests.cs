using System.Diagnostics.Metrics;
using Tenon.Controllers.Operator;

namespace Tenon.Controllers.Tests;

public sealed class PodGaugeTests
{
    [Fact]
    public void Each_pod_has_a_series_that_tells_where_it_runs_and_ends_with_it()
    {
        using var cluster = new TestCluster();
        cluster.Pool();
        cluster.Deployment("web", 3, cpu: "1");
        cluster.UntilBound(3);
        var told = Read(cluster);
        var states = told["karpenter_pods_state"];
        Assert.Equal(3, states.Count);
        Assert.All(
            states,
            it => Assert.True(it.Is("nodepool", "default") && it.Is("scheduled", "true") && it.Is("managed", "true"))
        );
        Assert.All(
            states,
            it =>
                Assert.Contains(
                    it.Labels,
                    label => $"{label.Value}".StartsWith("/apis/apps/v1/", StringComparison.Ordinal)
                )
        );
        Assert.False(told.ContainsKey("karpenter_pods_unbound_time_seconds"));

        cluster.Deployment("web", 1, cpu: "1");
        cluster.Until(() => cluster.Pods.Count == 1, 300, "one pod");
        Assert.Single(Read(cluster)["karpenter_pods_state"]);
    }

    [Fact]
    public void Without_observability_nothing_is_told_of_single_pods()
    {
        using var cluster = new TestCluster(options: new OperatorOptions { DisableClusterStateObservability = true });
        cluster.Pool();
        cluster.Deployment("web", 1);
        cluster.UntilBound(1);
        Assert.False(Read(cluster).ContainsKey("karpenter_pods_state"));
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
