using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tenon.Cli.CommandLine;

namespace Tenon.Cli.Serving;

/// <summary>
/// The two ports of the operator: metrics on one, probes on the other; plain HTTP, GET only. They answer on standbys
/// too.
/// </summary>
sealed class OperatorEndpoints : IAsyncDisposable
{
    readonly WebApplication _app;

    OperatorEndpoints(WebApplication app) => _app = app;

    /// <summary>Where each port came to be, metrics first; for a port 0.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Urls.Select(static url => new Uri(url))];

    /// <exception cref="UserFault">A port is in use.</exception>
    public static async Task<OperatorEndpoints> StartAsync(
        EndpointPlan plan,
        MetricBook metrics,
        HealthChecks live,
        HealthChecks ready,
        CancellationToken cancel
    )
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 200;
            kestrel.Limits.MaxRequestBodySize = 0;
            foreach (var port in new[] { plan.MetricsPort, plan.ProbePort }.Distinct())
                kestrel.Listen(plan.Address, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, plan, metrics, live, ready));
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException taken)
        {
            await app.DisposeAsync();
            throw new UserFault(
                $"--metrics-port {plan.MetricsPort}, --health-probe-port {plan.ProbePort}: {taken.Message}"
            );
        }
        return new OperatorEndpoints(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    static async Task AnswerAsync(
        HttpContext context,
        EndpointPlan plan,
        MetricBook metrics,
        HealthChecks live,
        HealthChecks ready
    )
    {
        var path = context.Request.Path.Value ?? "";
        var port = context.Connection.LocalPort;
        var hasMetrics = plan.MetricsPort == 0 || port == plan.MetricsPort;
        var hasProbes = plan.ProbePort == 0 || port == plan.ProbePort;
        var (status, type, body) =
            !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
                ? (405, Plain, "405 method not allowed\n")
            : hasMetrics && path == "/metrics" ? (200, MetricText.ContentType, metrics.Write())
            : hasProbes && Probe(path, "/healthz", live, context.Request.Query) is { } health ? health
            : hasProbes && Probe(path, "/readyz", ready, context.Request.Query) is { } readiness ? readiness
            : (404, Plain, "404 page not found\n");
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.WriteAsync(body);
    }

    static (int, string, string)? Probe(string path, string root, HealthChecks checks, IQueryCollection query)
    {
        if (path != root && !path.StartsWith(root + "/", StringComparison.Ordinal))
            return null;
        var (status, body) =
            path.Length > root.Length + 1
                ? checks.One(path[(root.Length + 1)..])
                : checks.All(query.ContainsKey("verbose"), query["exclude"]);
        return (status, Plain, body);
    }

    const string Plain = "text/plain; charset=utf-8";
}

/// <summary>Where the endpoints listen. Port 0 takes a free one, and serves both there.</summary>
sealed record EndpointPlan(IPAddress Address, int MetricsPort, int ProbePort);
