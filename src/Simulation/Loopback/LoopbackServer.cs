using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Simulation.Loopback;

/// <summary>
/// The same <see cref="ApiServer"/> over plain HTTP on 127.0.0.1, for kubectl and anything else with a kubeconfig.
/// Guarantees: listens on loopback only; the kubeconfig is there before <see cref="StartAsync"/> returns.
/// Errors: <see cref="PortInUseException"/>.
/// </summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(2);
    private readonly WebApplication _host;
    private readonly CancellationTokenSource _stopping = new();

    private LoopbackServer(WebApplication host) => _host = host;

    /// <summary>Where it listens, with the port that was really taken.</summary>
    public Uri Address { get; private set; } = null!;

    public string? KubeconfigPath { get; private set; }

    /// <param name="loop">
    /// Where requests are carried out; null carries them out on the connection's own thread, which the server's lock
    /// makes safe.
    /// </param>
    public static async Task<LoopbackServer> StartAsync(
        ApiServer server,
        LoopbackOptions options,
        SynchronizationContext? loop,
        CancellationToken cancel
    )
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        // Signals belong to whoever composed the process, not to one of its servers.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            // Without TLS there is no negotiation, so HTTP/1.1 it is for everyone who does not begin with the HTTP/2
            // preface.
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var loopback = new LoopbackServer(builder.Build());
        var endpoint = new HttpEndpoint(server, loop, loopback._stopping.Token);
        loopback._host.Run(endpoint.AnswerAsync);
        try
        {
            await loopback._host.StartAsync(cancel);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            await loopback._host.DisposeAsync();
            throw new PortInUseException(options.Port, failure);
        }
        var addresses = loopback._host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        loopback.Address = new Uri(addresses.Addresses.First());
        if (options.KubeconfigPath is { } path)
        {
            Kubeconfig.Write(path, Kubeconfig.Text(loopback.Address, options.ContextName));
            loopback.KubeconfigPath = Path.GetFullPath(path);
        }
        return loopback;
    }

    /// <summary>Ends open watches and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _host.DisposeAsync();
        _stopping.Dispose();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
