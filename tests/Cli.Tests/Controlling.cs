using Tenon.Api.Apps;

namespace Tenon.Cli.Tests;

/// <summary>The production controller as a process, against a cluster that is not its own.</summary>
[Trait("tier", "sim")]
public sealed class Controlling : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_cluster_gets_nodes_for_its_pods_and_gives_them_back()
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: false);
        using var tenon = RunningTenon.Controller(_scratch, box.KubeconfigPath);
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
}
