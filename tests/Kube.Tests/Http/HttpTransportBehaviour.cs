using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Config;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Client.Watch;
using Tenon.Kube.Runtime.Stores;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Http;

public sealed class HttpTransportBehaviour
{
    private static readonly TestAuthority Authority = new();
    private static readonly KubeRequest Watch = new("GET", "/api/v1/namespaces?watch=true");

    [Fact]
    public async Task A_body_goes_with_its_media_type_and_a_refusal_comes_back_whole()
    {
        await using var server = await TlsServer.Start(
            Authority.Server(),
            async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                var body = await reader.ReadToEndAsync();
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "7";
                await context.Response.WriteAsync($"{context.Request.Method} {context.Request.ContentType} {body}");
            }
        );
        using var transport = server.Connect(Authority);
        var reply = await transport.SendAsync(
            new KubeRequest("PATCH", "/x", "{}"u8.ToArray(), "application/merge-patch+json"),
            default
        );
        Assert.Equal(
            (429, TimeSpan.FromSeconds(7), "PATCH application/merge-patch+json {}"),
            (reply.Status, reply.RetryAfter!.Value, Encoding.UTF8.GetString(reply.Body.Span))
        );
    }

    [Fact]
    public async Task A_server_that_does_not_listen_is_named()
    {
        var port = FreePort();
        using var transport = TlsServer.Connect(
            new KubeConnection
            {
                Server = new Uri($"https://127.0.0.1:{port}"),
                Origin = "kubeconfig /x, context \"dev\"",
            }
        );
        var error = await Assert.ThrowsAsync<TransportException>(async () => await transport.SendAsync(Watch, default));
        Assert.Equal(
            $"https://127.0.0.1:{port}/ (kubeconfig /x, context \"dev\"): connection refused: nothing listens there; check that the API server runs, and the address",
            error.Message
        );
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using var server = await TlsServer.Start(
            Authority.Server(),
            context => Task.Delay(Timeout.Infinite, context.RequestAborted)
        );
        using var transport = server.Connect(
            Authority,
            new HttpTransportOptions { RequestTimeout = TimeSpan.FromMilliseconds(300) }
        );
        var error = await Assert.ThrowsAsync<TransportException>(async () => await transport.SendAsync(Watch, default));
        Assert.Contains("no reply to GET /api/v1/namespaces?watch=true within", error.Message);
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_a_cancellation_and_not_a_fault()
    {
        await using var server = await TlsServer.Start(
            Authority.Server(),
            context => Task.Delay(Timeout.Infinite, context.RequestAborted)
        );
        using var transport = server.Connect(Authority);
        using var cancel = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await transport.SendAsync(Watch, cancel.Token)
        );
        using var again = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in transport.StreamAsync(Watch, again.Token)) { }
        });
    }

    [Fact]
    public async Task Lines_of_a_stream_come_as_they_are_written()
    {
        var next = new SemaphoreSlim(0);
        await using var server = await TlsServer.Start(
            Authority.Server(),
            async context =>
            {
                await context.Response.WriteAsync("one\ntw");
                await next.WaitAsync();
                await context.Response.WriteAsync("o\n\nthree\r\n");
            }
        );
        using var transport = server.Connect(Authority);
        List<string> lines = [];
        await foreach (var line in transport.StreamAsync(Watch, default))
        {
            lines.Add(Encoding.UTF8.GetString(line.Span));
            if (lines.Count == 1)
                next.Release();
        }
        Assert.Equal(["one", "two", "three"], lines);
    }

    [Fact]
    public async Task A_refused_stream_brings_the_reply()
    {
        await using var server = await TlsServer.Start(
            Authority.Server(),
            context =>
            {
                context.Response.StatusCode = 410;
                return context.Response.WriteAsync("gone");
            }
        );
        using var transport = server.Connect(Authority);
        var refused = await Assert.ThrowsAsync<StreamRefusedException>(() => Drain(transport));
        Assert.Equal((410, "gone"), (refused.Reply.Status, Encoding.UTF8.GetString(refused.Reply.Body.Span)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_is_cut_is_a_fault_and_not_an_end(bool overHttp2)
    {
        await using var server = await TlsServer.Start(
            overHttp2 ? Authority.Server() : null,
            async context =>
            {
                await context.Response.WriteAsync("one\n");
                await context.Response.Body.FlushAsync();
                await Task.Delay(100);
                context.Abort();
            }
        );
        using var transport = server.Connect(Authority);
        List<string> lines = [];
        await Assert.ThrowsAsync<TransportException>(() => Drain(transport, lines));
        Assert.Equal(["one"], lines);
    }

    [Fact]
    public async Task A_line_beyond_the_limit_is_a_fault()
    {
        await using var server = await TlsServer.Start(
            null,
            context => context.Response.WriteAsync(new string('x', 300_000))
        );
        using var transport = server.Connect(Authority, new HttpTransportOptions { LongestLine = 200_000 });
        Assert.Contains(
            "longer than 200000 bytes",
            (await Assert.ThrowsAsync<TransportException>(() => Drain(transport))).Message
        );
    }

    [Fact]
    public async Task A_half_closed_connection_is_a_fault()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var transport = TlsServer.Connect(
            new KubeConnection { Server = new Uri($"http://{listener.LocalEndpoint}") }
        );
        List<string> lines = [];
        var draining = Drain(transport, lines);
        using var peer = await listener.AcceptSocketAsync();
        await peer.SendAsync(
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n")
        );
        await Task.Delay(50);
        peer.Shutdown(SocketShutdown.Send);
        Assert.Contains(
            "closed the connection in the middle",
            (await Assert.ThrowsAsync<TransportException>(() => draining)).Message
        );
        Assert.Equal(["one"], lines);
    }

    [Fact]
    public async Task A_proxy_is_asked_in_the_servers_stead()
    {
        await using var proxy = await TlsServer.Start(
            null,
            context => context.Response.WriteAsync($"proxied {context.Request.Host}{context.Request.Path}")
        );
        using var transport = TlsServer.Connect(
            new KubeConnection { Server = new Uri("http://kubernetes.invalid:8080"), Proxy = proxy.Address }
        );
        var reply = await transport.SendAsync(new KubeRequest("GET", "/version"), default);
        Assert.Equal("proxied kubernetes.invalid:8080/version", Encoding.UTF8.GetString(reply.Body.Span));
    }

    [Fact]
    public async Task A_store_survives_cut_and_silent_watches_of_a_real_server()
    {
        var watches = 0;
        await using var server = await TlsServer.Start(
            Authority.Server(),
            async context =>
            {
                if (!context.Request.Query.ContainsKey("watch"))
                {
                    await context.Response.WriteAsync("""{"metadata":{"resourceVersion":"1"},"items":[]}""");
                    return;
                }
                var nth = Interlocked.Increment(ref watches);
                // An aborted connection may swallow the line before it: the next watch then asks for the same version
                // again.
                var at = int.Parse(context.Request.Query["resourceVersion"]!);
                await context.Response.WriteAsync(
                    $$$"""{"type":"ADDED","object":{"metadata":{"name":"n{{{at}}}","uid":"{{{at}}}","resourceVersion":"{{{at + 1}}}"} } }"""
                        + "\n"
                );
                await context.Response.Body.FlushAsync();
                if (nth % 2 == 1)
                    context.Abort();
                else
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
        );
        using var transport = server.Connect(Authority);
        var client = new KubeClient(transport, KubeClientOptions.Default, TimeProvider.System);
        var informer = new Informer<Namespace>(
            client,
            new InformerOptions<Namespace>
            {
                Watch = new WatchOptions
                {
                    SilenceLimit = TimeSpan.FromMilliseconds(300),
                    Backoff = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50), 0),
                },
            }
        );
        var five = new TaskCompletionSource();
        informer.Subscribe(_ =>
        {
            if (informer.All.Count == 5)
                five.TrySetResult();
        });
        using var stop = new CancellationTokenSource();
        var running = informer.RunAsync(stop.Token);
        await five.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["n1", "n2", "n3", "n4", "n5"], informer.All.Select(item => item.Metadata.Name));
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task Drain(HttpTransport transport, List<string>? lines = null)
    {
        await foreach (var line in transport.StreamAsync(Watch, default))
            lines?.Add(Encoding.UTF8.GetString(line.Span));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
