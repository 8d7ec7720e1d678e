using System.Text.Json;

namespace Tenon.Cli.Tests;

public sealed class Planning : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    const string Pool = """
        apiVersion: karpenter.sh/v1
        kind: NodePool
        metadata: {name: general}
        spec:
          template:
            spec:
              nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
              requirements:
                - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
        """;

    static string Deployment(string name, int replicas, string cpu, string extra = "") =>
        $$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: {{{name}}}, namespace: shop}
            spec:
              replicas: {{{replicas}}}
              selector: {matchLabels: {app: {{{name}}}}}
              template:
                metadata: {labels: {app: {{{name}}}}}
                spec:
                  containers:
                    - {name: c, image: x, resources: {requests: {cpu: "{{{cpu}}}", memory: 1Gi } } }
            {{{extra}}}
            """;

    JsonElement Plan(int exitCode, params string[] manifests)
    {
        var file = _scratch.Write("all.yaml", string.Join("\n---\n", manifests));
        var ran = TenonBinary.Run("plan", "-f", file, "--catalog", "generic", "--json");
        Assert.True(ran.ExitCode == exitCode, $"exit code {ran.ExitCode}\n{ran.Output}\n{ran.Error}");
        return JsonDocument.Parse(ran.Output).RootElement.Clone();
    }

    [Fact]
    public void Every_replica_has_a_name_and_a_place()
    {
        var plan = Plan(0, Pool, Deployment("web", 5, "1"), Deployment("api", 2, "2"));
        Assert.Equal(7, plan.GetProperty("pods").GetInt32());
        var placed = plan.GetProperty("nodes")
            .EnumerateArray()
            .SelectMany(node => node.GetProperty("pods").EnumerateArray())
            .Select(pod => pod.GetString())
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            ["shop/api-0", "shop/api-1", "shop/web-0", "shop/web-1", "shop/web-2", "shop/web-3", "shop/web-4"],
            placed
        );
    }

    [Fact]
    public void The_cost_is_the_sum_of_its_nodes()
    {
        var plan = Plan(0, Pool, Deployment("web", 40, "1500m"));
        var nodes = plan.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(
            plan.GetProperty("cost").GetDecimal(),
            nodes.Sum(node => node.GetProperty("pricePerHour").GetDecimal())
        );
        Assert.All(nodes, node => Assert.Equal("on-demand", node.GetProperty("capacityType").GetString()));
        Assert.All(nodes, node => Assert.Equal("general", node.GetProperty("nodePool").GetString()));
    }

    [Fact]
    public void A_pod_without_a_place_is_named_with_the_reason_and_fails_the_command()
    {
        var plan = Plan(1, Pool, Deployment("web", 1, "1"), Deployment("huge", 1, "4000"));
        var refused = Assert.Single(plan.GetProperty("unschedulable").EnumerateArray());
        Assert.Equal("shop/huge-0", refused.GetProperty("pod").GetString());
        Assert.Contains("no instance type has enough resources", refused.GetProperty("reason").GetString());
    }

    [Fact]
    public void Pods_go_to_nodes_that_are_there_before_any_is_bought()
    {
        var plan = Plan(
            0,
            Pool,
            Deployment("web", 2, "1"),
            """
            apiVersion: v1
            kind: Node
            metadata: {name: old-1, labels: {kubernetes.io/hostname: old-1, kubernetes.io/os: linux, kubernetes.io/arch: amd64}}
            status:
              capacity: {cpu: "8", memory: 32Gi, pods: "110"}
              allocatable: {cpu: "8", memory: 32Gi, pods: "110"}
              conditions: [{type: Ready, status: "True"}]
            """
        );
        Assert.Empty(plan.GetProperty("nodes").EnumerateArray());
        var existing = Assert.Single(plan.GetProperty("existing").EnumerateArray());
        Assert.Equal("old-1", existing.GetProperty("node").GetString());
        Assert.Equal(2, existing.GetProperty("pods").GetArrayLength());
    }

    [Fact]
    public void A_dump_with_its_pods_is_not_counted_twice()
    {
        var plan = Plan(
            0,
            Pool,
            Deployment("web", 1, "1"),
            """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: web-7f, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]}
            spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: []}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web-7f-x2, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-7f, uid: u, controller: true}]}
            spec: {containers: [{name: c, image: x, resources: {requests: {cpu: "1"}}}]}
            """
        );
        Assert.Equal(1, plan.GetProperty("pods").GetInt32());
    }

    [Fact]
    public void The_same_manifests_give_the_same_plan_in_another_process()
    {
        var (first, second) = (
            Plan(0, Pool, Deployment("web", 30, "700m")),
            Plan(0, Pool, Deployment("web", 30, "700m"))
        );
        Assert.NotEqual("", first.GetProperty("planSha256").GetString());
        Assert.Equal(first.GetProperty("planSha256").GetString(), second.GetProperty("planSha256").GetString());
    }

    [Fact]
    public void Limits_without_requests_are_requests()
    {
        var plan = Plan(
            1,
            Pool,
            Deployment("gpu", 1, "1")
                .Replace("requests:", "limits: {nvidia.com/gpu: \"1\"}, requests:", StringComparison.Ordinal)
        );
        Assert.Equal(1, plan.GetProperty("unschedulable").GetArrayLength());
    }

    [Fact]
    public void A_saved_problem_is_solved_again_to_the_same_plan()
    {
        var file = _scratch.Write(
            "all.yaml",
            string.Join("\n---\n", Pool, Deployment("web", 12, "700m"), Deployment("huge", 2, "4000"))
        );
        var problem = Path.Combine(_scratch.Path, "problem.json");
        var planned = TenonBinary.Run("plan", "-f", file, "--catalog", "generic", "--json", "--save", problem);
        var solved = TenonBinary.Run("solve", problem, "--json");
        Assert.Equal((1, 1), (planned.ExitCode, solved.ExitCode));
        var (first, second) = (JsonDocument.Parse(planned.Output), JsonDocument.Parse(solved.Output));
        foreach (
            var field in (string[])["planSha256", "cost", "bound", "gap", "greedyCost", "pods", "nodes", "existing"]
        )
            Assert.Equal(
                first.RootElement.GetProperty(field).GetRawText(),
                second.RootElement.GetProperty(field).GetRawText()
            );
        var refused = second.RootElement.GetProperty("unschedulable")[0];
        Assert.Equal("shop/huge-0", refused.GetProperty("pod").GetString());
        Assert.Contains("no instance type has enough resources", refused.GetProperty("reason").GetString());
        Assert.Equal("resources", refused.GetProperty("causes")[0].GetString());
    }

    [Fact]
    public void A_file_that_is_no_problem_is_refused_in_one_line()
    {
        var file = _scratch.Write("problem.json", "{\"version\": 1}");
        var ran = TenonBinary.Run("solve", file);
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("problem.json", ran.Complaint);
    }

    [Fact]
    public void A_budget_is_a_duration_that_somebody_would_wait()
    {
        var file = _scratch.Write("all.yaml", Pool);
        var ran = TenonBinary.Run("plan", "-f", file, "--budget", "2h");
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("duration", ran.Complaint);
    }

    [Fact]
    public void A_budget_leaves_the_first_plan_alone()
    {
        var file = _scratch.Write("all.yaml", string.Join("\n---\n", Pool, Deployment("web", 40, "1500m")));
        var ran = TenonBinary.Run("plan", "-f", file, "--catalog", "generic", "--budget", "1ms", "--json");
        Assert.Equal(0, ran.ExitCode);
        var plan = JsonDocument.Parse(ran.Output).RootElement;
        Assert.True(plan.GetProperty("cost").GetDecimal() <= plan.GetProperty("greedyCost").GetDecimal());
    }
}
