using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Controllers.Operator;
using Tenon.Simulation.Cloud;

namespace Tenon.Controllers.Tests;

/// <summary>
/// A machine goes, a service has one replica, and somebody asks it once a second whether it is there.
/// </summary>
public sealed class DrillTests
{
    private const string QuickStop = """ "terminationGracePeriodSeconds":5, """;

    [Fact]
    public void A_notice_of_two_minutes_costs_a_single_replica_no_probe()
    {
        using var cluster = Serving();
        var old = cluster.Claims[0];
        cluster.Reclaim(old.Status.ProviderId!);
        Assert.Equal(0, FailedProbes(cluster, seconds: 150));
        Assert.DoesNotContain(cluster.Claims, it => it.Metadata.Name == old.Metadata.Name);
        Assert.Contains(cluster.Events, static it => it.Reason == "RollingSingleReplica");
        Assert.DoesNotContain(cluster.Events, static it => it.Reason == "PodsNotSaved");
        cluster.RunFor(60);
        Assert.Equal(1, cluster.Alive);
    }

    [Fact]
    public void A_notice_of_thirty_seconds_leaves_a_report_of_what_could_not_be_saved_and_why()
    {
        using var cluster = Serving(
            cloud: CloudOptions.Calm with
            {
                ReclaimNotice = TimeSpan.FromSeconds(30),
            },
            podExtra: """ "terminationGracePeriodSeconds":30, """
        );
        var pod = cluster.Pods.Single().Metadata.Name;
        cluster.Reclaim(cluster.Claims[0].Status.ProviderId!);
        cluster.RunFor(40);
        var report = Assert.Single(
            cluster.Events,
            static it => it.Reason == "PodsNotSaved" && it.InvolvedObject.Kind == "NodeClaim"
        );
        Assert.Equal("Warning", report.Type);
        Assert.StartsWith("1 of 1 pods had no other place before the machine goes at ", report.Message);
        Assert.Contains($"default/{pod}: ", report.Message);
        Assert.Contains(
            cluster.Tenon.Journal.Latest(200),
            it =>
                it.Subject == $"pod/default/{pod}"
                && it.Why.StartsWith("interrupted before it had another place", StringComparison.Ordinal)
        );
        cluster.UntilBound(1);
    }

    [Fact]
    public void Deleting_the_node_of_a_single_replica_costs_no_probe()
    {
        using var cluster = Serving();
        var node = cluster.Nodes[0].Metadata.Name!;
        cluster.Delete<Node>(node);
        Assert.Equal(0, FailedProbes(cluster, seconds: 180));
        Assert.DoesNotContain(cluster.Nodes, it => it.Metadata.Name == node);
        cluster.RunFor(60);
        // The successor is no demand on top of the pod it succeeds: one machine was bought, not two.
        Assert.Single(cluster.Claims);
    }

    [Fact]
    public void A_drifted_node_gives_its_single_replica_away_without_a_failed_probe()
    {
        using var cluster = Serving();
        var old = cluster.Claims[0].Metadata.Name;
        cluster.Pool(labels: "\"generation\":\"two\"");
        Assert.Equal(0, FailedProbes(cluster, seconds: 240));
        Assert.DoesNotContain(cluster.Claims, it => it.Metadata.Name == old);
    }

    [Fact]
    public void A_disruption_budget_that_allows_nothing_does_not_hold_a_replica_that_can_be_rolled()
    {
        using var cluster = Serving();
        cluster.Apply(
            """
            {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"web","namespace":"default"},
             "spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"web"} } } }
            """
        );
        cluster.RunFor(5);
        var node = cluster.Nodes[0].Metadata.Name!;
        cluster.Delete<Node>(node);
        Assert.Equal(0, FailedProbes(cluster, seconds: 180));
        Assert.DoesNotContain(cluster.Nodes, it => it.Metadata.Name == node);
    }

    [Theory]
    [InlineData("\"annotations\":{\"tenon.sh/roll-single-replica\":\"false\"},", "", true)]
    [InlineData("", "\"strategy\":{\"type\":\"Recreate\"},", true)]
    [InlineData("", "\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":1}},", true)]
    [InlineData("", "", false)]
    public void Who_opts_out_or_cannot_surge_is_evicted(string meta, string spec, bool rolls)
    {
        using var cluster = new TestCluster(options: new OperatorOptions { RollSingleReplicas = rolls });
        cluster.Pool();
        Single(cluster, meta, spec, QuickStop);
        cluster.UntilBound(1);
        cluster.Delete<Node>(cluster.Nodes[0].Metadata.Name!);
        cluster.Until(() => cluster.Events.Any(static it => it.Reason == "Evicted"), 120, "an eviction");
        Assert.DoesNotContain(cluster.Events, static it => it.Reason == "RollingSingleReplica");
        cluster.UntilBound(1);
    }

    [Fact]
    public void A_drain_begins_when_the_pods_have_another_place_and_at_once_under_upstreams_policy()
    {
        using var ours = Web(new OperatorOptions());
        ours.Delete<Node>(ours.Nodes[0].Metadata.Name!);
        ours.Until(() => ours.Events.Any(static it => it.Reason == "Evicted"), 300, "an eviction");
        Assert.Equal(
            2,
            ours.Claims.Count(static it =>
                it.Status.Conditions.Any(static c => c is { Type: "Initialized", Status: "True" })
            )
        );
        using var upstream = Web(new OperatorOptions().AsUpstream());
        upstream.Delete<Node>(upstream.Nodes[0].Metadata.Name!);
        upstream.Until(() => upstream.Events.Any(static it => it.Reason == "Evicted"), 300, "an eviction");
        Assert.Single(
            upstream.Claims,
            static it => it.Status.Conditions.Any(static c => c is { Type: "Initialized", Status: "True" })
        );
    }

    [Fact]
    public void A_drain_does_not_wait_for_a_place_that_cannot_be_had()
    {
        using var cluster = Web(new OperatorOptions());
        var pool = cluster.List<NodePool>()[0];
        cluster.Pool(spec: $"\"limits\":{{\"nodes\":\"{pool.Status.Nodes}\"}},");
        cluster.RunFor(10);
        cluster.Delete<Node>(cluster.Nodes[0].Metadata.Name!);
        cluster.Until(() => cluster.Events.Any(static it => it.Reason == "Evicted"), 60, "an eviction");
    }

    private static TestCluster Web(OperatorOptions options)
    {
        var cluster = new TestCluster(options: options);
        cluster.Pool();
        cluster.Deployment("web", 3, podExtra: QuickStop);
        cluster.UntilBound(3);
        cluster.RunFor(10);
        return cluster;
    }

    private static TestCluster Serving(CloudOptions? cloud = null, string podExtra = QuickStop)
    {
        var cluster = new TestCluster(cloud: cloud);
        cluster.Pool();
        Single(cluster, "", "", podExtra);
        cluster.UntilBound(1);
        cluster.Until(() => IsServing(cluster), 60, "a ready replica");
        cluster.RunFor(30);
        return cluster;
    }

    private static void Single(TestCluster cluster, string meta, string spec, string podExtra) =>
        cluster.Apply(
            $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{ {{{meta}}} "name":"web","namespace":"default"},
             "spec":{ {{{spec}}} "replicas":1,"selector":{"matchLabels":{"app":"web"} },
              "template":{"metadata":{"labels":{"app":"web"} },"spec":{ {{{podExtra}}}
               "containers":[{"name":"main","image":"app:1","resources":{"requests":{"cpu":"500m","memory":"256Mi"} } }] } } } }
            """
        );

    /// <summary>One probe a second. An endpoint is a pod that is Ready and not on its way out.</summary>
    private static int FailedProbes(TestCluster cluster, int seconds)
    {
        var failed = 0;
        for (var second = 0; second < seconds; second++)
        {
            cluster.RunFor(1);
            if (!IsServing(cluster))
                failed++;
        }
        return failed;
    }

    private static bool IsServing(TestCluster cluster) =>
        cluster.Pods.Any(pod =>
            !pod.Metadata.IsDeleting
            && pod.Status.Conditions.Any(static it => it is { Type: "Ready", Status: "True" })
            && cluster.Nodes.Any(node => node.Metadata.Name == pod.Spec.NodeName)
        );
}
