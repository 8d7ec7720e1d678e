using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane;
using Tenon.Simulation.ControlPlane.Reads;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.Loopback;

/// <summary>HTTP to <see cref="KubeRequest"/> and back; watches as chunked streams of JSON lines.</summary>
internal sealed class HttpEndpoint(ApiServer server, SynchronizationContext? loop, CancellationToken stopping)
{
    private const int MaxEventsAtOnce = 256;
    private static readonly byte[] LineBreak = "\n"u8.ToArray();

    public async Task AnswerAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        if (request.Method == "GET" && IsWatch(context.Request.Query))
        {
            await WatchAsync(context, request);
            return;
        }
        await WriteAsync(context.Response, await AnswerAsync(request), context.RequestAborted);
    }

    /// <summary>A bug in the server is this request's 500, with its first line, and not the end of the box.</summary>
    private async Task<ApiReply> AnswerAsync(KubeRequest request)
    {
        try
        {
            return await OnLoop(() => server.Answer(request, startsLedger: true));
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            return new ApiError(
                500,
                "InternalError",
                $"Internal error occurred: {bug.GetType().Name}: {bug.Message} {bug.StackTrace?.Split('\n')[0].Trim()}"
            ).ToReply();
        }
    }

    private static bool IsWatch(IQueryCollection query) => query["watch"].ToString() is "true" or "1";

    private static async Task<KubeRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var method = context.Request.Method;
        return new KubeRequest(
            method == "HEAD" ? "GET" : method,
            PathOf(context),
            body.ToArray(),
            context.Request.ContentType,
            context.Request.Headers.Accept is { Count: > 0 } accept ? accept.ToString() : null
        );
    }

    /// <summary>
    /// The path as it was sent. A writer that names no field manager is known by the first word of its user agent.
    /// </summary>
    private static string PathOf(HttpContext context)
    {
        var path = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (
            context.Request.Method is not ("POST" or "PUT" or "PATCH")
            || context.Request.Query.ContainsKey("fieldManager")
        )
            return path;
        var agent = context.Request.Headers.UserAgent.ToString().Split('/', ' ')[0];
        if (agent.Length == 0)
            return path;
        return $"{path}{(path.Contains('?') ? '&' : '?')}fieldManager={Uri.EscapeDataString(agent)}";
    }

    private static async Task WriteAsync(HttpResponse response, ApiReply reply, CancellationToken cancel)
    {
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length;
        response.Headers.CacheControl = "no-cache, private";
        if (reply.RetryAfter is { } after)
            response.Headers.RetryAfter = ((int)Math.Ceiling(after.TotalSeconds)).ToString(
                CultureInfo.InvariantCulture
            );
        foreach (var warning in reply.Warnings)
            response.Headers.Append("Warning", $"299 - \"{Quoted(warning)}\"");
        if (HttpMethods.IsHead(response.HttpContext.Request.Method))
            return;
        await response.Body.WriteAsync(reply.Body, cancel);
    }

    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .ReplaceLineEndings(" ");

    private async Task WatchAsync(HttpContext context, KubeRequest request)
    {
        Watcher watcher;
        string contentType;
        try
        {
            (watcher, contentType) = await OnLoop(() => (server.Open(request, out var type), type));
        }
        catch (ApiError refusal)
        {
            await WriteAsync(context.Response, refusal.ToReply(), context.RequestAborted);
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var registration = ended.Token.UnsafeRegister(static watcher => ((Watcher)watcher!).Nudge(), watcher);
        try
        {
            context.Response.ContentType = contentType;
            context.Response.Headers.CacheControl = "no-cache, private";
            await context.Response.StartAsync(ended.Token);
            await context.Response.Body.FlushAsync(ended.Token);
            while (!ended.IsCancellationRequested)
            {
                var (events, isOver) = await OnLoop(() => Drain(watcher));
                foreach (var next in events)
                {
                    await context.Response.Body.WriteAsync(next, ended.Token);
                    await context.Response.Body.WriteAsync(LineBreak, ended.Token);
                }
                await context.Response.Body.FlushAsync(ended.Token);
                if (events.Count > 0)
                    continue;
                if (isOver)
                    return;
                await watcher.WaitAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The client went away or the box stops: both are ordinary ends of a watch.
        }
        finally
        {
            // The watch's timer belongs to the loop's clock, and the loop may have ended before the connection did.
            if (loop is null)
                server.Close(watcher);
            else
                loop.Post(_ => server.Close(watcher), null);
        }
    }

    /// <summary>What there is to send now, a bounded part at a time.</summary>
    private (List<ReadOnlyMemory<byte>> Events, bool IsOver) Drain(Watcher watcher)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        while (events.Count < MaxEventsAtOnce && server.TryNext(watcher, out var next))
            events.Add(next);
        return (events, watcher.Ended);
    }

    private Task<T> OnLoop<T>(Func<T> work)
    {
        if (loop is null)
            return Task.FromResult(work());
        var done = new TaskCompletionSource<T>();
        loop.Post(
            _ =>
            {
                // The connection's code must not go on running on the loop, so the result is handed back to the pool.
                try
                {
                    var result = work();
                    ThreadPool.UnsafeQueueUserWorkItem(
                        static pair => pair.done.TrySetResult(pair.result),
                        (done, result),
                        preferLocal: false
                    );
                }
                catch (Exception failure)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(
                        static pair => pair.done.TrySetException(pair.failure),
                        (done, failure),
                        preferLocal: false
                    );
                }
            },
            null
        );
        return done.Task;
    }
}
