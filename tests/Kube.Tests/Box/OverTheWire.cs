using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.ControlPlane;
using Tenon.Simulation.Loopback;

namespace Tenon.Kube.Tests.BoxTests;

/// <summary>The whole way of real life: a kubeconfig, a socket, a server, stores that follow it.</summary>
public sealed class OverTheWire : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wire").FullName;

    [Fact]
    public async Task A_kubeconfig_leads_to_a_store_that_follows_the_server()
    {
        var api = new ApiServer(TimeProvider.System, new ApiServerOptions());
        await using var server = await LoopbackServer.StartAsync(
            api,
            new LoopbackOptions { KubeconfigPath = Path.Combine(_folder, "config") },
            null,
            default
        );
        var environment = new ConfigEnvironment(_ => null, _folder);
        var found = Assert.IsType<ConfigOutcome.Ready>(
            KubeConnections.Find(server.KubeconfigPath, null, environment, TimeProvider.System)
        );
        using var transport = new HttpTransport(found.Connection, HttpTransportOptions.Default, TimeProvider.System);
        var kube = new KubeClient(transport, KubeClientOptions.Default, TimeProvider.System);
        for (var i = 0; i < 5; i++)
            (await kube.CreateAsync(Support.Box.Map($"m{i}", "1"), default)).OrThrow();

        using var stop = new CancellationTokenSource();
        var informers = new Informers(kube);
        var maps = informers.Of<ConfigMap>(
            new InformerOptions<ConfigMap>
            {
                Watch = new() { Namespace = "default", PageSize = 2 },
            }
        );
        var gone = new TaskCompletionSource();
        maps.Subscribe(change =>
        {
            if (change.IsDeletion && change.Key.Name == "m4")
                gone.TrySetResult();
        });
        informers.Start(stop.Token);
        await informers.WhenSynced(stop.Token).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(5, maps.All.Count(item => item.Metadata.Name!.StartsWith('m')));

        await kube.UpdateWithRetryAsync<ConfigMap>(
            new ObjectKey("default", "m0"),
            item => item with { Data = new Dictionary<string, string> { ["value"] = "2" } },
            default
        );
        api.CutWatches();
        await kube.DeleteAsync<ConfigMap>("default", "m4", null, default);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("2", maps.Get("default", "m0")!.Data["value"]);
        stop.Cancel();
        await informers.RunAsync(stop.Token);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
