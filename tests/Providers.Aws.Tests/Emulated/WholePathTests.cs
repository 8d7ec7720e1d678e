using Tenon.Api.Apps;
using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Rules;
using Tenon.Api.Selectors;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;

namespace Tenon.Providers.Aws.Tests.Emulated;

[Trait("tier", "aws")]
public sealed class WholePathTests
{
    [Fact]
    public async Task A_pending_pod_gets_a_machine_survives_its_interruption_and_leaves_nothing_behind()
    {
        await using var world = await EmulatedWorld.StartAsync();
        await world.ApplyAsync(Objects.NodeClass());
        await world.ApplyAsync(Objects.Pool());
        await world.ApplyAsync(Objects.Deployment("web", 3));

        var nodes = await world.UntilAsync("three pods run", kube => RunningAsync(kube, 3));
        var claims = await ClaimsAsync(world);
        var first = Assert.Single(claims.Select(claim => claim.Status.ProviderId).Distinct());
        Assert.Matches("^aws:///us-west-2[a-d]/i-[0-9a-f]+$", first);
        Assert.Equal("spot", claims[0].Metadata.Labels["karpenter.sh/capacity-type"]);
        Assert.Equal("v6", claims[0].Metadata.Annotations["karpenter.k8s.aws/ec2nodeclass-hash-version"]);
        var instance = Assert.Single(await world.Account.RunningAsync());
        Assert.Equal(first, instance.ProviderId);
        Assert.Equal("owned", instance.Tags[$"kubernetes.io/cluster/{EmulatedAccount.Cluster}"]);
        await world.UntilAsync(
            "the instance bears its claim's name",
            async _ =>
                (await world.Account.RunningAsync()).SingleOrDefault(it =>
                    it.Tags.ContainsKey("karpenter.sh/nodeclaim")
                )
        );

        await world.Account.InterruptAsync(instance.Id);
        await world.Account.InterruptAsync(instance.Id);
        await world.UntilAsync(
            "the pods run elsewhere",
            async kube =>
                await RunningAsync(kube, 3) is { } now && !now.Overlaps(nodes) && await OnlyAsync(world, 1) ? now : null
        );
        Assert.NotEqual(instance.Id, Assert.Single(await world.Account.RunningAsync()).Id);

        await world.AskAsync(kube => kube.DeleteAsync<Deployment>("default", "web", null, default));
        await world.AskAsync(kube => kube.DeleteAsync<NodePool>(null, "default", null, default));
        foreach (var claim in await ClaimsAsync(world))
            await world.AskAsync(kube => kube.DeleteAsync<NodeClaim>(null, claim.Metadata.Name!, null, default));
        await world.UntilAsync("no machine is left", async _ => await OnlyAsync(world, 0) ? "none" : null);
        await world.AskAsync(kube => kube.DeleteAsync<Ec2NodeClass>(null, "default", null, default));
        await world.UntilAsync(
            "the node class is gone",
            async kube => (await kube.GetAsync<Ec2NodeClass>(null, "default", default)).IsNotFound ? "gone" : null
        );
        Assert.Empty(await world.Account.TemplatesAsync());
    }

    private static async Task<bool> OnlyAsync(EmulatedWorld world, int machines) =>
        (await world.Account.RunningAsync()).Length == machines;

    private static Task<IReadOnlyList<NodeClaim>> ClaimsAsync(EmulatedWorld world) =>
        world.AskAsync(async kube =>
            (IReadOnlyList<NodeClaim>)(await kube.ListAsync<NodeClaim>(ListOptions.All, default)).OrThrow().Items
        );

    /// <summary>The nodes of so many running pods; null while there are fewer or more.</summary>
    private static async ValueTask<HashSet<string>?> RunningAsync(KubeClient kube, int count)
    {
        var pods = (await kube.ListAsync<Pod>(ListOptions.In("default"), default)).OrThrow().Items;
        return pods.Length == count && pods.All(pod => pod.Status.Phase == "Running" && !pod.Metadata.IsDeleting)
            ? [.. pods.Select(pod => pod.Spec.NodeName!)]
            : null;
    }
}
