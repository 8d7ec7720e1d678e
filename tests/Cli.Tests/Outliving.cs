namespace Tenon.Cli.Tests;

/// <summary>The production controller and an API server that is not always there.</summary>
[Trait("tier", "sim")]
public sealed class Outliving : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

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
        using var tenon = RunningTenon.Controller(_scratch, kubeconfig);
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
