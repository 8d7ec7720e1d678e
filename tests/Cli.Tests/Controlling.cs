using Tenon.Api.Apps;
using Tenon.Cli.Up;

namespace Tenon.Cli.Tests;

/// <summary>The production controller as a process, against a cluster that is not its own.</summary>
[Trait("tier", "sim")]
public sealed class Controlling : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    RunningTenon Controller(string kubeconfig, params string[] flags) =>
        new(
            _scratch.Path,
            [
                "controller",
                "--provider",
                "kwok",
                "--kubeconfig",
                kubeconfig,
                "--metrics-port=0",
                "--health-probe-port=0",
                .. flags,
            ]
        );

    [Fact]
    public async Task A_cluster_gets_nodes_for_its_pods_and_gives_them_back()
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: false);
        using var tenon = Controller(box.KubeconfigPath);
        await box.ApplyAsync(BoxForTests.Pool);
        await box.ApplyAsync(BoxForTests.Deployment("web", 6, "1"));
        var busy = await box.UntilAsync("six bound pods", moment => moment.Bound() == 6);
        Assert.NotEmpty(busy.Claims);
        Assert.All(busy.Nodes, node => Assert.StartsWith("kwok://", node.Spec.ProviderId));
        Assert.All(busy.Nodes, node => Assert.Equal("general", node.Metadata.Labels["karpenter.sh/nodepool"]));

        await box.DeleteAsync<Deployment>("default", "web");
        await box.UntilAsync("an empty cluster", moment => moment.Nodes.IsEmpty && moment.Claims.IsEmpty);
        Assert.Equal(0, tenon.Terminate());
        Assert.Contains("stopped", tenon.Messages);
    }

    [Fact]
    public async Task An_API_server_that_goes_away_is_waited_for_and_nothing_is_lost()
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: false);
        using var door = new Doorway(box.Address);
        var kubeconfig = _scratch.Write(
            "door.yaml",
            File.ReadAllText(box.KubeconfigPath)
                .Replace($":{box.Address.Port}", $":{door.Address.Port}", StringComparison.Ordinal)
        );
        using var tenon = Controller(kubeconfig);
        await box.ApplyAsync(BoxForTests.Pool);
        await box.ApplyAsync(BoxForTests.Deployment("web", 3, "1"));
        var before = await box.UntilAsync("three bound pods", moment => moment.Bound() == 3);

        door.Close();
        await tenon.UntilAsync("does not answer");
        await box.ApplyAsync(BoxForTests.Deployment("more", 2, "8"));
        // Longer than a leader may go without renewing its lease.
        await tenon.UntilAsync("could not be renewed");
        Assert.Equal(3, (await box.LookAsync()).Bound());
        door.Open();

        await tenon.UntilAsync("answers again after");
        var after = await box.UntilAsync("five bound pods", moment => moment.Bound() == 5);
        Assert.True(tenon.IsRunning);
        Assert.Single(tenon.Messages, message => message.Contains("does not answer", StringComparison.Ordinal));
        Assert.Single(tenon.Messages, message => message.Contains("answers again", StringComparison.Ordinal));
        var stayed = before.Pods.Select(pod => pod.Metadata.Uid);
        Assert.Subset(after.Pods.Select(pod => pod.Metadata.Uid).ToHashSet(), stayed.ToHashSet());
        Assert.Equal(0, tenon.Terminate());
    }
}
