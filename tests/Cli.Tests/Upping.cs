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

    [Fact, Trait("tier", "sim")]
    public void The_shop_finds_its_machines()
    {
        var ran = Up("--for", "60s", "--speed", "2", "--json");
        Assert.True(ran.ExitCode == 0, ran.Error);
        using var summary = JsonDocument.Parse(ran.LastLine);
        Assert.True(summary.RootElement.GetProperty("pods").GetProperty("bound").GetInt32() >= 60);
        Assert.Equal(0, summary.RootElement.GetProperty("violations").GetInt32());
    }
}
