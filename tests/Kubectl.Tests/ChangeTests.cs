using static Tenon.Kubectl.Tests.Manifests;
using static Tenon.Kubectl.Tests.Paths;

namespace Tenon.Kubectl.Tests;

[Trait("tier", "kubectl")]
public sealed class ChangeTests
{
    [Fact]
    public async Task Scale_rollout_restart_and_undo_move_replica_sets()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 2);
        cluster.Apply(Deployment("web", 2));
        Assert.Contains("successfully rolled out", cluster.Run("rollout", "status", "deployment/web", "--timeout=60s"));
        cluster.Run("scale", "deployment/web", "--replicas=4", "--current-replicas=2");
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        Assert.Equal(4, cluster.List(Pods).Count(pod => pod.Text("status/phase") == "Running"));
        var first = cluster.List(ReplicaSets).Names().Single();
        cluster.Run("rollout", "restart", "deployment/web");
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        Assert.NotNull(
            cluster.Get($"{Deployments}/web")["spec"]!["template"]!["metadata"]!["annotations"]![
                "kubectl.kubernetes.io/restartedAt"
            ]
        );
        Assert.Equal(2, cluster.List(ReplicaSets).Count);
        Assert.Equal("0", cluster.Get($"{ReplicaSets}/{first}").Text("spec/replicas"));
        cluster.Run("set", "image", "deployment/web", "main=shop/web:2");
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        Assert.Contains("REVISION", cluster.Run("rollout", "history", "deployment/web"));
        cluster.Run("rollout", "undo", "deployment/web");
        cluster.Run("rollout", "status", "deployment/web", "--timeout=60s");
        Assert.Equal("shop/web:1", cluster.Get($"{Deployments}/web").Text("spec/template/spec/containers/0/image"));
    }

    [Fact]
    public async Task Cordon_taint_label_and_annotate_change_the_node_itself()
    {
        await using var cluster = await LiveCluster.StartAsync(nodes: 1);
        cluster.Run("cordon", "n1");
        Assert.Equal("true", cluster.Get("/api/v1/nodes/n1").Text("spec/unschedulable"));
        cluster.Run("uncordon", "n1");
        Assert.Equal("", cluster.Get("/api/v1/nodes/n1").Text("spec/unschedulable"));
        cluster.Run("taint", "nodes", "n1", "team=shop:NoSchedule");
        Assert.Contains(
            cluster.Get("/api/v1/nodes/n1")["spec"]!["taints"]!.AsArray(),
            taint => taint.Text("key") == "team" && taint.Text("effect") == "NoSchedule"
        );
        cluster.Run("taint", "nodes", "n1", "team-");
        Assert.DoesNotContain(
            cluster.Get("/api/v1/nodes/n1")["spec"]!["taints"]?.AsArray() ?? [],
            taint => taint.Text("key") == "team"
        );
        cluster.Run("label", "node", "n1", "zone=a");
        cluster.Run("label", "node", "n1", "zone=b", "--overwrite");
        Assert.Equal("b", cluster.Get("/api/v1/nodes/n1").Text("metadata/labels/zone"));
        cluster.Run("label", "node", "n1", "zone-");
        Assert.Equal("", cluster.Get("/api/v1/nodes/n1").Text("metadata/labels/zone"));
        cluster.Run("annotate", "node", "n1", "why=test");
        Assert.Equal("test", cluster.Get("/api/v1/nodes/n1").Text("metadata/annotations/why"));
    }

    [Fact]
    public async Task Patch_speaks_all_three_languages()
    {
        await using var cluster = await LiveCluster.StartAsync();
        cluster.Apply(Deployment("web", 1));
        cluster.Run(
            "patch",
            "deployment/web",
            "-p",
            """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s:1"}]}}}}"""
        );
        Assert.Equal(
            2,
            cluster.Get($"{Deployments}/web")["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Count
        );
        cluster.Run(
            "patch",
            "deployment/web",
            "--type=json",
            "-p",
            """[{"op":"remove","path":"/spec/template/spec/containers/0"}]"""
        );
        cluster.Run(
            "patch",
            "deployment/web",
            "--type=merge",
            "-p",
            """{"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"only","image":"o:1"}]}}}}"""
        );
        var web = cluster.Get($"{Deployments}/web");
        Assert.Equal("only", web["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Single().Text("name"));
        Assert.Equal("3", web.Text("spec/replicas"));
        cluster.Run(
            "patch",
            "deployment/web",
            "--subresource=scale",
            "--type=merge",
            "-p",
            """{"spec":{"replicas":4}}"""
        );
        Assert.Equal("4", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
    }

    [Fact]
    public async Task Edit_replace_and_create_store_what_the_user_wrote()
    {
        await using var cluster = await LiveCluster.StartAsync();
        cluster.Run("create", "deployment", "web", "--image=shop/web:1", "--replicas=2");
        Assert.Equal("2", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
        var editor = cluster.WriteFile("editor.sh", "#!/bin/sh\nsed -i 's/replicas: 2/replicas: 6/' \"$1\"\n");
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(editor, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (code, output, error) = cluster.Try(["edit", "deployment/web"], null, ("KUBE_EDITOR", editor));
        Assert.True(code == 0, output + error);
        Assert.Equal("6", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
        cluster.Run("create", "configmap", "settings", "--from-literal=color=blue");
        cluster.Run("create", "secret", "generic", "keys", "--from-literal=door=1234");
        Assert.Equal("MTIzNA==", cluster.Get("/api/v1/namespaces/default/secrets/keys").Text("data/door"));
        cluster.Run("create", "job", "once", "--image=shop/job:1");
        Assert.Equal(
            "NonIndexed",
            cluster.Get("/apis/batch/v1/namespaces/default/jobs/once").Text("spec/completionMode")
        );
        cluster.Run("create", "cronjob", "nightly", "--image=shop/job:1", "--schedule=0 3 * * *");
        Assert.Equal(
            "0 3 * * *",
            cluster.Get("/apis/batch/v1/namespaces/default/cronjobs/nightly").Text("spec/schedule")
        );
        cluster.Run("expose", "deployment/web", "--port=80", "--target-port=8080");
        Assert.Equal("web", cluster.Get("/api/v1/namespaces/default/services/web").Text("spec/selector/app"));
        cluster.Run("autoscale", "deployment/web", "--min=2", "--max=9", "--cpu-percent=70");
        Assert.Equal(
            "9",
            cluster.Get("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web").Text("spec/maxReplicas")
        );
        cluster.Run("run", "lonely", "--image=shop/x:1", "--labels=a=b");
        Assert.Equal("b", cluster.Get($"{Pods}/lonely").Text("metadata/labels/a"));
        cluster.Run(
            ["replace", "-f", "-"],
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {size: big}\n"
        );
        Assert.Equal(
            """{"size":"big"}""",
            cluster.Get("/api/v1/namespaces/default/configmaps/settings")["data"]!.ToJsonString()
        );
        (code, _, error) = cluster.Try(["create", "configmap", "settings"]);
        Assert.Equal((1, "error: failed to create configmap: configmaps \"settings\" already exists\n"), (code, error));
    }
}
