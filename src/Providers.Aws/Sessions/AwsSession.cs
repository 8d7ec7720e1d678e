using System.Text.Json;
using System.Xml;
using Tenon.Foundation.Hashing;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Sessions;

/// <summary>How stubborn a session is: the AWS SDKs' standard mode.</summary>
public sealed record AwsRetryOptions
{
    public static readonly AwsRetryOptions Default = new();

    /// <summary>Attempts of one call, the first included.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>
    /// Before the second attempt; doubles with each further one. The pause is drawn between half of it and all of it.
    /// </summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long before the attempt after this one.</summary>
    /// <param name="draw">What the jitter is drawn from.</param>
    public TimeSpan Pause(int attempt, ulong draw)
    {
        var full = FirstPause.Ticks << Math.Min(attempt - 1, 16);
        if (full > LongestPause.Ticks)
            full = LongestPause.Ticks;
        return TimeSpan.FromTicks(full / 2 + (long)(draw % (ulong)(full / 2 + 1)));
    }
}

/// <summary>
/// Sends calls, repeats what may pass (throttling, server faults, lost replies) with back-off, and reads answers. A
/// lost reply is repeated too: every operation used here is a question, or repeatable by its client token or by naming
/// its object.
/// </summary>
public sealed class AwsSession(IAwsTransport transport, AwsRetryOptions retries, TimeProvider time)
{
    private readonly CallPacer _pacer = new(time);
    private long _calls;

    public TimeProvider Time { get; } = time;

    /// <summary>Calls sent so far, repeats included: the figure that account limits are about.</summary>
    public long CallsSent => Interlocked.Read(ref _calls);

    public ValueTask<AwsResult<T>> QueryAsync<T>(
        string service,
        QueryForm form,
        Func<AwsXml, T> read,
        CancellationToken cancel
    ) => QueryAsync(service, form, mayRepeat: true, read, cancel);

    public async ValueTask<AwsResult<T>> QueryAsync<T>(
        string service,
        QueryForm form,
        bool mayRepeat,
        Func<AwsXml, T> read,
        CancellationToken cancel
    )
    {
        var call = new AwsCall
        {
            Service = service,
            Operation = form.Fields[0].Value,
            Body = form.ToBody(),
            MayRepeat = mayRepeat,
        };
        var reply = await SendAsync(call, cancel);
        if (!reply.IsOk)
            return reply.Error;
        try
        {
            return read(AwsXml.Parse(reply.Value.Body));
        }
        catch (XmlException unreadable)
        {
            return Unreadable(call, reply.Value, unreadable);
        }
    }

    public async ValueTask<AwsResult<T>> JsonAsync<T>(AwsCall call, Func<JsonElement, T> read, CancellationToken cancel)
    {
        var reply = await SendAsync(call, cancel);
        if (!reply.IsOk)
            return reply.Error;
        try
        {
            using var document = JsonDocument.Parse(reply.Value.Body.IsEmpty ? "{}"u8.ToArray() : reply.Value.Body);
            return read(document.RootElement);
        }
        catch (Exception unreadable)
            when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return Unreadable(call, reply.Value, unreadable);
        }
    }

    /// <summary>The answer to one call, of whatever form, after as many attempts as it may have.</summary>
    public async ValueTask<AwsResult<AwsReply>> SendAsync(AwsCall call, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            await _pacer.TakeAsync(call.Service, call.Operation, cancel);
            var sent = Interlocked.Increment(ref _calls);
            var result = await SendOnceAsync(call, cancel);
            _pacer.Answered(call.Service, call.Operation, result.Is(AwsErrorKind.RateLimited));
            if (result.IsOk || !call.MayRepeat || !result.Error.MayPass || attempt >= retries.Attempts)
                return result;
            var draw = StableHash.Of(FormattableString.Invariant($"{call.Operation}|{sent}|{attempt}"));
            await Task.Delay(retries.Pause(attempt, draw), Time, cancel);
        }
    }

    private async ValueTask<AwsResult<AwsReply>> SendOnceAsync(AwsCall call, CancellationToken cancel)
    {
        try
        {
            var reply = await transport.SendAsync(call, cancel);
            return reply.IsSuccess ? reply : AwsError.From(call, reply);
        }
        catch (AwsTransportException lost)
        {
            cancel.ThrowIfCancellationRequested();
            return new AwsError(AwsErrorKind.NoReply, call.Operation, "", lost.Message, 0);
        }
    }

    private static AwsError Unreadable(AwsCall call, AwsReply reply, Exception why) =>
        new(AwsErrorKind.Unreadable, call.Operation, "", $"the answer does not read: {why.Message}", reply.Status);
}
