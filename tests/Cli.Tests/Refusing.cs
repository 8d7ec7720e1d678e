using System.Diagnostics;

namespace Tenon.Cli.Tests;

/// <summary>The same broken pools, sent by the real kubectl to the box: each is refused, and none is kept.</summary>
[Trait("tier", "kubectl")]
public sealed class Refusing : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("--validate=strict")]
    [InlineData("--server-side", "--validate=strict")]
    public async Task Each_rule_of_a_pool_is_kept_by_the_API_server(params string[] how)
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: true);
        var file = _scratch.Write("broken.yaml", BrokenPool.Yaml);
        var applied = await KubectlAsync(box.KubeconfigPath, ["apply", "-f", file, .. how]);
        Assert.NotEqual(0, applied.ExitCode);
        foreach (var pool in BrokenPool.All)
        {
            // An unknown field is told without the object's name, as the real server does.
            var told = applied.Error.Contains($"\"{pool.Rule}\"", StringComparison.Ordinal);
            Assert.True(told || pool.Rule == "field-unknown", $"nothing is said of {pool.Rule}:\n{applied.Error}");
        }
        Assert.Contains("unknown field \"spec.wieght\"", applied.Error);
        Assert.Equal("", (await KubectlAsync(box.KubeconfigPath, ["get", "nodepools", "-o", "name"])).Output);
    }

    [Fact]
    public async Task What_may_not_change_is_refused_and_stays_as_it_was()
    {
        await using var box = await BoxForTests.StartAsync(_scratch, hasController: true);
        await box.ApplyAsync(BoxForTests.Pool);
        foreach (
            var patch in (string[])
                [
                    """{"spec": {"replicas": 2}}""",
                    """{"spec": {"template": {"spec": {"nodeClassRef": {"group": "example.com"}}}}}""",
                    """{"spec": {"template": {"spec": {"nodeClassRef": {"kind": "Other"}}}}}""",
                ]
        )
        {
            var patched = await KubectlAsync(
                box.KubeconfigPath,
                ["patch", "nodepool", "general", "--type=merge", "-p", patch]
            );
            Assert.NotEqual(0, patched.ExitCode);
            Assert.Contains("general", patched.Error);
        }
        var kept = await KubectlAsync(
            box.KubeconfigPath,
            ["get", "nodepool", "general", "-o", "jsonpath={.spec.replicas}{.spec.template.spec.nodeClassRef.kind}"]
        );
        Assert.Equal("KWOKNodeClass", kept.Output);
    }

    static async Task<Ran> KubectlAsync(string kubeconfig, string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var kubectl = Process.Start(start)!;
        var (output, error) = (kubectl.StandardOutput.ReadToEndAsync(), kubectl.StandardError.ReadToEndAsync());
        await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Ran(kubectl.ExitCode, await output, await error);
    }
}
