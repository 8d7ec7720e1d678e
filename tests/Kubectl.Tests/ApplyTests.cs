using static Tenon.Kubectl.Tests.Manifests;
using static Tenon.Kubectl.Tests.Paths;

namespace Tenon.Kubectl.Tests;

[Trait("tier", "kubectl")]
public sealed class ApplyTests
{
    [Fact]
    public async Task Server_side_apply_owns_what_it_says_and_conflicts_over_what_others_own()
    {
        await using var cluster = await LiveCluster.StartAsync();
        cluster.Apply(Deployment("web", 2), "--server-side");
        Assert.Equal("2", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
        cluster.Run("scale", "deployment/web", "--replicas=5");
        var (code, _, error) = cluster.Try(["apply", "--server-side", "-f", "-"], Deployment("web", 2));
        Assert.Equal(1, code);
        Assert.Contains("conflict with \"kubectl\" with subresource \"scale\" using apps/v1", error);
        Assert.Contains(".spec.replicas", error);
        Assert.Equal("5", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
        cluster.Apply(Deployment("web", 2), "--server-side", "--force-conflicts");
        Assert.Equal("2", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
        cluster.Apply(
            Deployment("web", 2).Replace("- {name: COLOR, value: blue}", "- {name: SIZE, value: big}"),
            "--server-side"
        );
        Assert.Equal("SIZE", cluster.Get($"{Deployments}/web").Text("spec/template/spec/containers/0/env/0/name"));
        Assert.Equal("", cluster.Get($"{Deployments}/web").Text("spec/template/spec/containers/0/env/1/name"));
    }

    [Fact]
    public async Task Client_side_apply_takes_back_its_own_and_leaves_the_rest()
    {
        await using var cluster = await LiveCluster.StartAsync();
        Assert.Equal("deployment.apps/web created\n", cluster.Apply(Deployment("web", 2)));
        Assert.Equal("deployment.apps/web unchanged\n", cluster.Apply(Deployment("web", 2)));
        cluster.Run("annotate", "deployment/web", "note=mine");
        cluster.Run("set", "env", "deployment/web", "ADDED=yes");
        Assert.Equal(
            "deployment.apps/web configured\n",
            cluster.Apply(Deployment("web", 3).Replace("{name: COLOR, value: blue}", "{name: SIZE, value: big}"))
        );
        var web = cluster.Get($"{Deployments}/web");
        Assert.Equal("3", web.Text("spec/replicas"));
        Assert.Equal("mine", web.Text("metadata/annotations/note"));
        var variables = web["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!
            .AsArray()
            .Select(variable => variable.Text("name"));
        Assert.Equal(["ADDED", "SIZE"], variables.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_client_side_object_moves_over_to_server_side_apply()
    {
        await using var cluster = await LiveCluster.StartAsync();
        cluster.Apply(Deployment("web", 2));
        var (code, _, error) = cluster.Try(["apply", "--server-side", "-f", "-"], Deployment("web", 4));
        Assert.Equal(1, code);
        Assert.Contains("conflict with \"kubectl-client-side-apply\" using apps/v1", error);
        cluster.Apply(Deployment("web", 2), "--server-side");
        cluster.Apply(Deployment("web", 4), "--server-side");
        var managers = cluster.Get($"{Deployments}/web")["metadata"]!["managedFields"]!.AsArray();
        Assert.Contains(managers, entry => entry.Text("manager") == "kubectl" && entry.Text("operation") == "Apply");
        Assert.DoesNotContain(managers, entry => entry.Text("manager") == "kubectl-client-side-apply");
        Assert.Equal("4", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
    }

    [Fact]
    public async Task Diff_shows_a_change_and_makes_none()
    {
        await using var cluster = await LiveCluster.StartAsync();
        cluster.Apply(Deployment("web", 2));
        var (code, output, _) = cluster.Try(["diff", "-f", "-"], Deployment("web", 7));
        Assert.Equal(1, code);
        Assert.Contains("-  replicas: 2", output);
        Assert.Contains("+  replicas: 7", output);
        Assert.Equal("2", cluster.Get($"{Deployments}/web").Text("spec/replicas"));
        Assert.Equal("1", cluster.Get($"{Deployments}/web").Text("metadata/generation"));
    }

    [Fact]
    public async Task A_mistake_is_named_and_nothing_is_stored()
    {
        await using var cluster = await LiveCluster.StartAsync();
        var (code, _, error) = cluster.Try(["apply", "-f", "-"], Deployment("web", 2).Replace("replicas:", "replica:"));
        Assert.Equal(1, code);
        Assert.Contains("unknown field \"spec.replica\"", error);
        (_, _, error) = cluster.Try(["apply", "-f", "-"], "apiVersion: shop/v1\nkind: Cart\nmetadata: {name: x}\n");
        Assert.Contains("no matches for kind \"Cart\" in version \"shop/v1\"", error);
        (_, _, error) = cluster.Try(["apply", "-f", "-"], Deployment("Web", 2).Replace("app: Web", "app: web"));
        Assert.Contains("metadata.name: Invalid value: \"Web\"", error);
        Assert.Empty(cluster.List(Deployments));
    }

    [Fact]
    public async Task Prune_free_apply_of_many_objects_keeps_order_and_makes_each()
    {
        await using var cluster = await LiveCluster.StartAsync();
        var output = cluster.Apply(
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings, namespace: shop}
            data: {color: blue}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            """
        );
        Assert.Equal("namespace/shop created\nconfigmap/settings created\nservice/web created\n", output);
        Assert.Equal("blue", cluster.Get("/api/v1/namespaces/shop/configmaps/settings").Text("data/color"));
    }
}
