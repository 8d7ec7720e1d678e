using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Tenon.Cli.Tests;

public sealed class Upping : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    Ran Up(params string[] arguments) =>
        TenonBinary.RunIn(
            _scratch.Path,
            null,
            ["up", "--kubeconfig", Path.Combine(_scratch.Path, "kubeconfig"), .. arguments]
        );

    [Fact]
    public void An_empty_box_ends_by_itself_with_a_summary()
    {
        var ran = Up("--no-examples", "--for", "2s", "--json");
        Assert.True(ran.ExitCode == 0, ran.Error);
        using var summary = JsonDocument.Parse(ran.LastLine);
        string[] members =
        [
            "pods",
            "nodes",
            "nodeClaims",
            "hourlyCost",
            "bound",
            "gap",
            "events",
            "violations",
            "wallSeconds",
            "instanceTypes",
            "capacityTypes",
        ];
        Assert.Equal(members, summary.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(0, summary.RootElement.GetProperty("pods").GetProperty("total").GetInt32());
    }

    [Fact]
    public void The_kubeconfig_is_written_and_named()
    {
        var ran = Up("--no-examples", "--for", "1s", "--json");
        Assert.Contains("export KUBECONFIG=" + Path.Combine(_scratch.Path, "kubeconfig"), ran.Error);
        Assert.True(File.Exists(Path.Combine(_scratch.Path, "kubeconfig")));
    }

    [Fact]
    public void A_port_in_use_is_one_line_with_the_way_out()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var ran = Up("--no-examples", "--for", "1s", "--json", "--port", $"{port}");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains($"port {port} on 127.0.0.1 is in use", ran.Complaint);
    }

    [Theory]
    [InlineData("--for", "soon")]
    [InlineData("--speed", "0")]
    [InlineData("--port", "70000")]
    [InlineData("--json", "")]
    public void What_cannot_be_understood_is_a_usage_error(string option, string value)
    {
        var ran = value.Length > 0 ? Up("--no-examples", option, value) : Up("--no-examples", option);
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains(option, ran.Complaint);
    }

    [Fact]
    public void A_missing_catalogue_is_told_before_anything_starts()
    {
        var ran = Up("--catalog", "nowhere.json", "--for", "1s", "--json");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("nowhere.json", ran.Complaint);
    }

    [Fact]
    public void A_kind_the_box_does_not_serve_is_named_with_its_line()
    {
        var file = _scratch.Write("mine.yaml", "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n");
        var ran = Up("-f", file, "--for", "1s", "--json");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("mine.yaml:1: Widget w: the box serves no kind Widget in example.com/v1", ran.Error);
    }

    /// <summary>
    /// Ninety seconds of the box in forty-five of life; its parts wait as long as they do at speed 1.
    /// </summary>
    [Fact, Trait("tier", "sim")]
    public void The_shop_finds_its_machines()
    {
        var ran = Up("--for", "45s", "--speed", "2", "--json");
        Assert.True(ran.ExitCode == 0, ran.Error);
        using var summary = JsonDocument.Parse(ran.LastLine);
        var root = summary.RootElement;
        Assert.Equal(0, root.GetProperty("violations").GetInt32());
        var pods = root.GetProperty("pods");
        Assert.True(pods.GetProperty("bound").GetInt32() >= 60, ran.LastLine);
        Assert.Equal(pods.GetProperty("total").GetInt32(), pods.GetProperty("bound").GetInt32());
        Assert.True(root.GetProperty("instanceTypes").GetArrayLength() >= 3, ran.LastLine);
        Assert.Equal(
            ["on-demand", "spot"],
            root.GetProperty("capacityTypes").EnumerateArray().Select(type => type.GetString())
        );
        Assert.True(root.GetProperty("hourlyCost").GetDecimal() >= root.GetProperty("bound").GetDecimal());
        Assert.True(root.GetProperty("firstBoundSeconds").GetDouble() > 0, ran.LastLine);
    }

    [Fact]
    public async Task A_law_that_is_broken_in_the_box_is_found()
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: false, speed: 20);
        await box.ApplyAsync(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: small, labels: {kubernetes.io/hostname: small}}
            status: {capacity: {cpu: "1", memory: 1Gi, pods: "10"}, allocatable: {cpu: "1", memory: 1Gi, pods: "10"}}
            """
        );
        var born = (await box.JudgeAsync()).Now;
        Assert.Empty((await box.JudgeAsync()).Violations);
        // The judge forgives a binding to a node that has changed in the last seconds.
        await box.UntilAsync("half a minute", moment => moment.Now > born.AddSeconds(30));
        await box.ApplyAsync(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: big, namespace: default}
            spec: {nodeName: small, containers: [{name: c, image: x, resources: {requests: {cpu: "8"}}}]}
            """
        );
        await box.UntilAsync("the pod on its node", moment => moment.Bound() == 1);
        Assert.Contains("big", Assert.Single((await box.JudgeAsync()).Violations));
    }
}
