using static Tenon.Kubectl.Tests.Manifests;
using static Tenon.Kubectl.Tests.Paths;

namespace Tenon.Kubectl.Tests;

[Trait("tier", "kubectl")]
public sealed class RemovalTests
{
    [Fact]
    public async Task Drain_moves_pods_away_within_their_budget()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 2);
        cluster.Apply(Deployment("web", 4));
        cluster.Apply(Budget("web", 3));
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        cluster.Until(
            () =>
                cluster
                    .Find("/apis/policy/v1/namespaces/default/poddisruptionbudgets/web")
                    .Text("status/disruptionsAllowed") == "1",
            "a budget with room"
        );
        var drained = cluster.Run("drain", "n1", "--ignore-daemonsets", "--timeout=60s");
        Assert.Contains("node/n1 drained", drained);
        Assert.Equal("true", cluster.Get("/api/v1/nodes/n1").Text("spec/unschedulable"));
        Assert.Empty(cluster.List($"{Pods}?fieldSelector=spec.nodeName=n1"));
        cluster.Until(
            () => cluster.Get($"{Deployments}/web").Text("status/availableReplicas") == "4",
            "four pods on the other node"
        );
        Assert.All(cluster.List(Pods), pod => Assert.Equal("n2", pod.Text("spec/nodeName")));
    }

    [Fact]
    public async Task A_drain_that_would_break_a_budget_waits_and_says_why()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 1);
        cluster.Apply(Deployment("web", 1));
        cluster.Apply(Budget("web", 1));
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        cluster.Until(
            () =>
                cluster
                    .Find("/apis/policy/v1/namespaces/default/poddisruptionbudgets/web")
                    .Text("status/currentHealthy") == "1",
            "a known budget"
        );
        var (code, _, error) = cluster.Try(["drain", "n1", "--timeout=3s"]);
        Assert.NotEqual(0, code);
        Assert.Contains("Cannot evict pod as it would violate the pod's disruption budget.", error);
        Assert.Equal("Running", cluster.List(Pods)[0].Text("status/phase"));
    }

    [Theory]
    [InlineData("background", false)]
    [InlineData("foreground", false)]
    [InlineData("orphan", true)]
    public async Task Delete_cascades_as_asked(string cascade, bool leavesDependents)
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 1);
        cluster.Apply(Deployment("web", 2));
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        var set = cluster.List(ReplicaSets).Names().Single();
        cluster.Run("delete", "deployment/web", $"--cascade={cascade}", "--timeout=60s");
        Assert.Null(cluster.Find($"{Deployments}/web"));
        if (leavesDependents)
        {
            var orphan = cluster.Get($"{ReplicaSets}/{set}");
            Assert.Null(orphan["metadata"]!["ownerReferences"]);
            Assert.Equal(2, cluster.List(Pods).Count);
            return;
        }
        // In the foreground the dependents are gone before the owner is; in the background they follow.
        if (cascade == "foreground")
            Assert.Null(cluster.Find($"{ReplicaSets}/{set}"));
        cluster.Until(
            () => cluster.Find($"{ReplicaSets}/{set}") is null && cluster.List(Pods).Count == 0,
            "nothing left"
        );
    }

    [Fact]
    public async Task A_deleted_namespace_takes_everything_along()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 1);
        cluster.Run("create", "namespace", "shop");
        cluster.Apply(Deployment("web", 1), "-n", "shop");
        cluster.Run("wait", "deployment/web", "-n", "shop", "--for=condition=Available", "--timeout=60s");
        cluster.Run("delete", "namespace", "shop", "--timeout=60s");
        Assert.Null(cluster.Find("/api/v1/namespaces/shop"));
        Assert.Empty(cluster.List("/api/v1/pods"));
    }

    [Fact]
    public async Task Wait_sees_conditions_values_and_deletions()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 1);
        cluster.Apply(Deployment("web", 2));
        cluster.Run("wait", "deployment/web", "--for=condition=Available", "--timeout=60s");
        cluster.Run("wait", "deployment/web", "--for=jsonpath={.status.readyReplicas}=2", "--timeout=60s");
        cluster.Run("delete", "pods", "-l", "app=web", "--wait=false");
        var pod = cluster.List(Pods).Names().First();
        cluster.Run("wait", $"pod/{pod}", "--for=delete", "--timeout=60s");
        Assert.Null(cluster.Find($"{Pods}/{pod}"));
    }

    [Fact]
    public async Task Pods_go_at_once_when_they_are_forced_to()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 1);
        cluster.Run("run", "lonely", "--image=shop/x:1");
        cluster.Run("wait", "pod/lonely", "--for=condition=Ready", "--timeout=60s");
        cluster.Run("delete", "pod", "lonely", "--grace-period=0", "--force");
        Assert.Null(cluster.Find($"{Pods}/lonely"));
        cluster.Apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {team: shop}}\n");
        cluster.Run("delete", "configmaps", "-l", "team=shop");
        Assert.Null(cluster.Find("/api/v1/namespaces/default/configmaps/a"));
        var (code, _, error) = cluster.Try(["delete", "configmap", "a"]);
        Assert.Equal((1, "Error from server (NotFound): configmaps \"a\" not found\n"), (code, error));
    }
}
