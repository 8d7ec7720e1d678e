using System.Text.Json.Nodes;
using static Tenon.Kubectl.Tests.Manifests;
using static Tenon.Kubectl.Tests.Paths;

namespace Tenon.Kubectl.Tests;

[Trait("tier", "kubectl")]
public sealed class GetTests
{
    [Fact]
    public async Task Get_shows_running_pods_in_every_format()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 2);
        cluster.Apply(Deployment("web", 2));
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        var wide = cluster.Run("get", "pods", "-o", "wide").Split('\n');
        Assert.Matches(
            @"^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\s+IP\s+NODE\s+NOMINATED NODE\s+READINESS GATES",
            wide[0]
        );
        Assert.Matches(@"^web-\S+\s+1/1\s+Running\s+0\s+\d+\w+\s+10\.\S+\s+n[12]\s+<none>\s+<none>", wide[1]);
        Assert.Equal("2", cluster.Run("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"));
        Assert.Contains("image: shop/web:1", cluster.Run("get", "deployment/web", "-o", "yaml"));
        var json = JsonNode.Parse(cluster.Run("get", "deployment/web", "-o", "json"))!;
        var stored = cluster.Get($"{Deployments}/web");
        stored["metadata"]!.AsObject().Remove("managedFields");
        Assert.True(JsonNode.DeepEquals(stored, json), $"{stored}\n{json}");
        Assert.Equal("deployment.apps/web\n", cluster.Run("get", "deployments", "-o", "name"));
        Assert.Equal(
            "NAME   N\nweb    2\n",
            cluster.Run("get", "deployments", "-o", "custom-columns=NAME:.metadata.name,N:.spec.replicas")
        );
        Assert.Equal(2, cluster.Run("get", "pods", "-l", "app=web", "-o", "name").Trim().Split('\n').Length);
        Assert.Equal("", cluster.Run("get", "pods", "-l", "app!=web", "-o", "name"));
        Assert.Contains(
            "web-",
            cluster.Run("get", "pods", "--field-selector", "status.phase=Running", "--sort-by=.metadata.name")
        );
        Assert.Contains("deployment.apps/web", cluster.Run("get", "all"));
        Assert.Contains("n1", cluster.Run("get", "nodes,deployments", "-A"));
    }

    [Fact]
    public async Task Get_with_watch_prints_a_line_for_each_change()
    {
        await using var cluster = await LiveCluster.StartAsync();
        using var watch = cluster.Start(["get", "configmaps", "-w", "-l", "watched=yes"]);
        cluster.Run("create", "configmap", "one", "--from-literal=a=1");
        cluster.Run("label", "configmap/one", "watched=yes");
        cluster.Run("delete", "configmap/one");
        var lines = new List<string>();
        while (
            lines.Count < 3
            && await watch.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line
        )
            lines.Add(line);
        watch.Kill();
        Assert.Matches(@"^NAME\s+DATA\s+AGE", lines[0]);
        Assert.Matches(@"^one\s+1\s+", lines[1]);
        Assert.Matches(@"^one\s+1\s+", lines[2]);
    }

    [Fact]
    public async Task Describe_tells_the_story_of_a_pod_and_its_node()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 1);
        cluster.Apply(Deployment("web", 1));
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        var pod = cluster.Run("describe", "pods", "-l", "app=web");
        Assert.Matches(@"Node:\s+n1", pod);
        Assert.Matches(@"Image:\s+shop/web:1", pod);
        Assert.Matches(@"COLOR:\s+blue", pod);
        Assert.Contains("Controlled By:", pod);
        Assert.Contains("Scheduled", pod);
        var node = cluster.Run("describe", "node", "n1");
        Assert.Matches(@"default\s+web-\S+\s+100m \(1%\)", node);
        var deployment = cluster.Run("describe", "deployment/web");
        Assert.Contains("1 desired | 1 updated | 1 total | 1 available | 0 unavailable", deployment);
        Assert.Contains("ScalingReplicaSet", deployment);
        Assert.Contains("Scheduled", cluster.Run("events"));
        Assert.Contains("Scheduled", cluster.Run("get", "events", "--field-selector", "involvedObject.kind=Pod"));
    }

    [Fact]
    public async Task Discovery_permissions_and_identity_answer()
    {
        await using var cluster = await LiveCluster.StartAsync();
        Assert.Matches(@"(?m)^pods\s+po\s+v1\s+true\s+Pod$", cluster.Run("api-resources"));
        Assert.Contains("deployments.apps", cluster.Run("api-resources", "-o", "name", "--verbs=list", "--namespaced"));
        Assert.Contains("apps/v1\n", cluster.Run("api-versions"));
        Assert.Equal("yes\n", cluster.Run("auth", "can-i", "create", "deployments"));
        Assert.Contains("*.*", cluster.Run("auth", "can-i", "--list"));
        Assert.Contains("box-admin", cluster.Run("auth", "whoami"));
        Assert.Contains("Server Version: v1.", cluster.Run("version"));
        Assert.Equal("ok", cluster.Run("get", "--raw", "/readyz"));
    }

    [Fact]
    public async Task Explain_reads_built_in_and_custom_kinds()
    {
        await using var cluster = await LiveCluster.StartAsync();
        foreach (var definition in Tenon.Api.Schemas.CustomResources.All)
            cluster.Send(
                "POST",
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                Tenon.Api.Json.ApiJson.WriteText(definition)
            );
        var disruption = cluster.Run("explain", "nodepool.spec.disruption");
        Assert.Contains("GROUP:      karpenter.sh", disruption);
        Assert.Contains("consolidateAfter\t<string>", disruption);
        Assert.Contains("budgets\t<[]Object>", disruption);
        Assert.Contains("resources\t<ResourceRequirements>", cluster.Run("explain", "pod.spec.containers"));
        Assert.Contains(
            "maxSkew\t<integer> -required-",
            cluster.Run("explain", "deployment.spec.template.spec.topologySpreadConstraints")
        );
        Assert.Contains("nodeClassRef", cluster.Run("explain", "nodeclaims", "--recursive"));
    }
}
