using System.Text.Json;

namespace Tenon.Cli.Tests;

public sealed class Explaining : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    const string Shop = """
        apiVersion: karpenter.sh/v1
        kind: NodePool
        metadata: {name: general}
        spec:
          template:
            spec:
              nodeClassRef: {group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: shop}
        spec: {containers: [{name: c, image: x, resources: {requests: {cpu: "1"}}}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: lost, namespace: shop}
        spec: {nodeSelector: {topology.kubernetes.io/zone: mars}, containers: [{name: c, image: x, resources: {requests: {cpu: "1"}}}]}
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: old-1, labels: {kubernetes.io/hostname: old-1}}
        status: {capacity: {cpu: "1", memory: 2Gi, pods: "110"}, allocatable: {cpu: 900m, memory: 2Gi, pods: "110"}}
        """;

    JsonElement Explain(int exitCode, string subject)
    {
        var file = _scratch.Write("shop.yaml", Shop);
        var ran = TenonBinary.Run("explain", subject, "-f", file, "--catalog", "generic", "--json");
        Assert.True(ran.ExitCode == exitCode, $"exit code {ran.ExitCode}\n{ran.Output}\n{ran.Error}");
        return JsonDocument.Parse(ran.Output).RootElement.Clone();
    }

    [Fact]
    public void A_placed_pod_learns_why_the_nearest_node_did_not_take_it()
    {
        var told = Explain(0, "pod/shop/web");
        Assert.Equal("general-1", told.GetProperty("place").GetString());
        var miss = told.GetProperty("nearestMiss");
        Assert.Equal("old-1", miss.GetProperty("place").GetString());
        Assert.Equal("resources", Assert.Single(miss.GetProperty("causes").EnumerateArray()).GetString());
        Assert.Contains("cpu: asks 1, 900m left", miss.GetProperty("reason").GetString());
    }

    [Fact]
    public void A_pod_without_a_place_learns_why_not_anywhere()
    {
        var told = Explain(1, "pod/shop/lost");
        Assert.Equal(JsonValueKind.Null, told.GetProperty("place").ValueKind);
        Assert.Contains("topology.kubernetes.io/zone In [mars]", told.GetProperty("refusal").GetString());
        Assert.All(
            told.GetProperty("elsewhere").EnumerateArray(),
            place => Assert.NotEqual(0, place.GetProperty("causes").GetArrayLength())
        );
    }

    [Fact]
    public void A_machine_names_its_pods_and_what_else_would_do()
    {
        var told = Explain(0, "nodeclaim/general-1");
        Assert.Equal("shop/web", Assert.Single(told.GetProperty("pods").EnumerateArray()).GetString());
        Assert.NotEqual(0, told.GetProperty("alternatives").GetArrayLength());
    }

    [Fact]
    public void A_name_that_is_not_there_is_answered_with_those_that_are()
    {
        var file = _scratch.Write("shop.yaml", Shop);
        var ran = TenonBinary.Run("explain", "pod/shop/weg", "-f", file, "--catalog", "generic");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("shop/web", ran.Complaint);
    }
}
