using System.Text.Json;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.ControlPlane.Tests.Cluster;

namespace Tenon.ControlPlane.Tests;

/// <summary>What the box promises, on the real thing.</summary>
[Trait("tier", "kube")]
public sealed class LifeTests(RealCluster cluster)
{
    [Fact]
    public async Task Pods_get_nodes_and_nodes_that_are_empty_go()
    {
        var before = File.Exists(cluster.AuditLog) ? new FileInfo(cluster.AuditLog).Length : 0;
        await using var scene = await Scene.StartAsync(cluster);
        var tenon = scene.Tenon();
        await scene.DeploymentAsync("web", 10);
        await scene.UntilBoundAsync(10);
        await scene.UntilAsync(
            async () =>
                (await scene.ListAsync<NodeClaim>()).All(static claim =>
                    claim.Status.Conditions.Any(static it => it is { Type: "Initialized", Status: "True" })
                ),
            "every claim is initialised"
        );
        Assert.Equal((await scene.ListAsync<NodeClaim>()).Count, (await scene.NodesAsync()).Count);
        await ProbesAndMetricsAnswerAsync(tenon);

        await scene.DeploymentAsync("web", 0);
        await scene.UntilAsync(async () => (await scene.ListAsync<NodeClaim>()).Count == 0, "the nodes are gone");
        await tenon.StopAsync();
        Assert.Equal(0, tenon.ExitCode);
        Assert.Contains("stopped", tenon.Messages.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain(Audit.Since(cluster, before), static entry => entry.Code == 403);
    }

    [Fact]
    public async Task Nodes_that_drifted_are_replaced_and_their_pods_move()
    {
        await using var scene = await Scene.StartAsync(cluster);
        scene.Tenon();
        await scene.DeploymentAsync("web", 3);
        await scene.UntilBoundAsync(3);
        var old = (await scene.NodesAsync()).Select(static node => node.Metadata.Name).ToHashSet();
        await scene.PoolAsync(labels: "generation: second");
        await scene.UntilAsync(
            async () =>
                await scene.BoundAsync() == 3
                && (await scene.NodesAsync()).All(node =>
                    !old.Contains(node.Metadata.Name)
                    && node.Metadata.Labels.GetValueOrDefault("generation") == "second"
                ),
            "all nodes are of the second generation"
        );
    }

    [Fact]
    public async Task Nodes_that_expired_are_replaced()
    {
        await using var scene = await Scene.StartAsync(cluster, template: "expireAfter: 20s,");
        scene.Tenon();
        await scene.DeploymentAsync("web", 1);
        await scene.UntilBoundAsync(1);
        var first = (await scene.NodesAsync()).Single().Metadata.Uid;
        await scene.UntilAsync(
            async () =>
                await scene.BoundAsync() == 1 && (await scene.ListAsync<Node>()).All(it => it.Metadata.Uid != first),
            "the first node was replaced"
        );
    }

    [Fact]
    public async Task A_disruption_budget_holds_a_node_until_it_allows()
    {
        await using var scene = await Scene.StartAsync(cluster);
        scene.Tenon();
        await scene.DeploymentAsync("web", 2);
        await scene.UntilBoundAsync(2);
        await BudgetAsync(scene, 0);
        await scene.UntilAsync(
            async () =>
                (await scene.ListAsync<Api.Policy.PodDisruptionBudget>(scene.Namespace)).Any(static it =>
                    it.Status.ExpectedPods == 2
                ),
            "the budget counts its pods"
        );
        var claim = (await scene.ListAsync<NodeClaim>())[0];
        (await cluster.Admin.DeleteAsync(claim, null, default)).OrThrow();
        await Task.Delay(TimeSpan.FromSeconds(8));
        Assert.Contains(await scene.ListAsync<NodeClaim>(), it => it.Metadata.Uid == claim.Metadata.Uid);
        Assert.Equal(2, await scene.BoundAsync());

        await BudgetAsync(scene, 2);
        await scene.UntilAsync(
            async () =>
                (await scene.ListAsync<NodeClaim>()).All(it => it.Metadata.Uid != claim.Metadata.Uid)
                && await scene.BoundAsync() == 2,
            "the node was drained and the pods have another"
        );
    }

    Task BudgetAsync(Scene scene, int unavailable) =>
        cluster.ApplyAsync(
            $$"""
            apiVersion: policy/v1beta1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: "{{scene.Namespace}}" }
            spec: {maxUnavailable: {{unavailable}}, selector: {matchLabels: {app: web} } }
            """
        );

    static async Task ProbesAndMetricsAnswerAsync(TenonProgram tenon)
    {
        using var http = new HttpClient();
        Assert.Equal("ok", await http.GetStringAsync($"http://127.0.0.1:{tenon.ProbePort}/healthz"));
        Assert.Equal("ok", await http.GetStringAsync($"http://127.0.0.1:{tenon.ProbePort}/readyz"));
        var page = await http.GetStringAsync($"http://127.0.0.1:{tenon.MetricsPort}/metrics");
        foreach (
            var name in (string[])
                [
                    "karpenter_nodeclaims_created_total{",
                    "karpenter_nodes_allocatable{",
                    "karpenter_cluster_state_synced 1",
                    "karpenter_build_info{",
                    "leader_election_master_status{",
                    "controller_runtime_reconcile_total{",
                    "client_go_request_total{",
                    "process_cpu_seconds_total",
                ]
        )
            Assert.Contains(name, page, StringComparison.Ordinal);
        foreach (var line in tenon.Lines)
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind);
    }
}
