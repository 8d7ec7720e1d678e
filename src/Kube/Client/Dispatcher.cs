using System.Runtime.CompilerServices;
using Tenon.Kube.Client.Pacing;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client;

/// <summary>When the same request may be sent again.</summary>
internal enum Repeat
{
    Never,

    /// <summary>Only when the server said that it did nothing: 429, or 503 with <c>Retry-After</c>.</summary>
    WhenTurnedAway,

    /// <summary>Also when it may have been carried out: doing it twice is the same as doing it once.</summary>
    Always,
}

/// <summary>One request at a time: its turn at the bucket, its attempts, its verdict.</summary>
internal sealed class Dispatcher(IKubeTransport transport, KubeClientOptions options, TimeProvider time)
{
    private readonly TokenBucket _bucket = new(options.Qps, options.Burst, time);

    private readonly ClientMetrics _metrics = new(options.Meter);

    public Jitter Jitter { get; } = new(options.Seed);

    public async ValueTask<KubeResult<KubeReply>> SendAsync(
        KubeRequest request,
        Repeat repeat,
        CancellationToken cancel
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await SendOnceAsync(request, cancel);
            if (result.IsOk || attempt >= options.MaxAttempts || !MayRepeat(result.Error, repeat))
                return result;
            var pause = result.Error.RetryAfter ?? options.Backoff.Pause(attempt, Jitter);
            if (pause > options.LongestRetryAfter)
                return result;
            options.Listener.RequestRetried(request.Method, request.Path, result.Error, pause);
            await Task.Delay(pause, time, cancel);
        }
    }

    /// <summary>A single attempt, for callers with a back-off of their own.</summary>
    public async ValueTask<KubeResult<KubeReply>> SendOnceAsync(KubeRequest request, CancellationToken cancel)
    {
        await _bucket.TakeAsync(cancel);
        var began = time.GetTimestamp();
        try
        {
            var reply = await transport.SendAsync(request, cancel);
            _metrics.Sent(request, reply.Status, time.GetElapsedTime(began));
            return reply.IsSuccess ? KubeResult.Ok(reply) : KubeError.From(reply);
        }
        catch (TransportException error)
        {
            cancel.ThrowIfCancellationRequested();
            _metrics.Sent(request, 0, time.GetElapsedTime(began));
            return KubeError.NoReply(error);
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        KubeRequest request,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        await _bucket.TakeAsync(cancel);
        await foreach (var line in transport.StreamAsync(request, cancel))
            yield return line;
    }

    private static bool MayRepeat(KubeError error, Repeat repeat) =>
        repeat switch
        {
            Repeat.Always => error.IsTransient,
            Repeat.WhenTurnedAway => error.Kind == KubeErrorKind.TooManyRequests
                || error is { Status: 503, RetryAfter: not null },
            _ => false,
        };
}
