using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tenon.Dashboard;

/// <summary>
/// A read-only page on loopback. Guarantees: it answers GET only, listens on 127.0.0.1 only, serves nothing but what is
/// embedded and the latest view, and asks the browser to load nothing from elsewhere.
/// </summary>
public sealed class DashboardServer : IAsyncDisposable
{
    readonly WebApplication _app;

    DashboardServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    public Uri Address { get; }

    /// <param name="port">0 takes a free one.</param>
    /// <param name="latest">Called from any thread; null before the first view exists.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<DashboardServer> StartAsync(
        int port,
        Func<DashboardView?> latest,
        CancellationToken cancel
    )
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, latest));
        await app.StartAsync(cancel);
        return new DashboardServer(app, new Uri(app.Urls.First()));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    static Task AnswerAsync(HttpContext context, Func<DashboardView?> latest)
    {
        var reply = context.Response;
        reply.Headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";
        reply.Headers.XContentTypeOptions = "nosniff";
        // A page elsewhere that resolves its own name to 127.0.0.1 must not read this one.
        if (context.Request.Host.Host is not ("127.0.0.1" or "localhost"))
            return EndAsync(reply, StatusCodes.Status403Forbidden);
        if (!HttpMethods.IsGet(context.Request.Method))
            return EndAsync(reply, StatusCodes.Status405MethodNotAllowed);
        return context.Request.Path.Value switch
        {
            "/" => FileAsync(reply, "index.html", "text/html; charset=utf-8"),
            "/app.js" => FileAsync(reply, "app.js", "text/javascript; charset=utf-8"),
            "/style.css" => FileAsync(reply, "style.css", "text/css; charset=utf-8"),
            "/state.json" => StateAsync(reply, latest(), context.RequestAborted),
            "/healthz" => reply.WriteAsync("ok", context.RequestAborted),
            _ => EndAsync(reply, StatusCodes.Status404NotFound),
        };
    }

    static Task EndAsync(HttpResponse reply, int status)
    {
        reply.StatusCode = status;
        return Task.CompletedTask;
    }

    static async Task FileAsync(HttpResponse reply, string name, string type)
    {
        reply.ContentType = type;
        await using var content =
            typeof(DashboardServer).Assembly.GetManifestResourceStream($"page/{name}")
            ?? throw new InvalidOperationException($"page/{name} is not embedded");
        await content.CopyToAsync(reply.Body);
    }

    static async Task StateAsync(HttpResponse reply, DashboardView? view, CancellationToken cancel)
    {
        reply.Headers.CacheControl = "no-store";
        reply.ContentType = "application/json";
        if (view is null)
            reply.StatusCode = StatusCodes.Status503ServiceUnavailable;
        else
            await reply.Body.WriteAsync(ViewJson.Write(view), cancel);
    }
}
