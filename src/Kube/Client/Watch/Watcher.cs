using System.Text.Json;
using Tenon.Api;
using Tenon.Kube.Client.Replies;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client.Watch;

/// <summary>
/// Follows a collection for as long as it is let.
/// <para>Expected flow: list in pages, watch from the list's version, open the next stream where the last one
/// stopped.</para>
/// <para>Guarantees: steps come one at a time, in the server's order, on the caller's loop; after <c>InSync</c> nothing
/// is missed and nothing is delivered twice, across cut streams, silent streams and versions the server forgot.</para>
/// <para>Assumptions: a cancelled stream of the transport ends soon.</para>
/// <para>Caveats: changes that a relist skips over are seen as one.</para>
/// <para>Errors: told to the listener and retried for ever with back-off; only cancellation ends a watcher. An object
/// that does not decode is told and left out.</para>
/// </summary>
public sealed class Watcher<T>(KubeClient client, WatchOptions options)
    where T : class, IKubeObject<T>
{
    private static readonly KubeError EndedAtOnce = new(
        KubeErrorKind.Unavailable,
        0,
        "the stream ended before its first event"
    );

    private readonly Dispatcher _dispatcher = client.Dispatcher;
    private readonly ResourceType _served = client.Options.Versions.Of(T.Resource);
    private readonly IKubeListener _listener = client.Options.Listener;
    private ObjectDecoder<T> _decoder = new(options.KeepManagedFields);
    private int _failures;

    public WatchState State { get; private set; } = new WatchState.Empty();

    /// <summary>
    /// Objects that the consumer already holds are handed back as they are instead of being decoded again.
    /// </summary>
    internal Func<ObjectKey, T?>? Known
    {
        set => _decoder = new(options.KeepManagedFields, value);
    }

    public async Task RunAsync(Action<WatchStep<T>> deliver, CancellationToken cancel)
    {
        var isFirstList = true;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            switch (State)
            {
                case WatchState.Empty:
                    if (!isFirstList)
                        _listener.Relisting(T.Resource, "the server no longer holds the version we stood at");
                    deliver(new WatchStep<T>.Restarted());
                    await PageAsync(null, deliver, cancel);
                    isFirstList = State is WatchState.Empty && isFirstList;
                    break;
                case WatchState.Paging paging:
                    await PageAsync(paging.Continue, deliver, cancel);
                    break;
                case WatchState.Listed listed:
                    await FollowAsync(listed.ResourceVersion, deliver, cancel);
                    break;
            }
        }
    }

    private async ValueTask PageAsync(string? resume, Action<WatchStep<T>> deliver, CancellationToken cancel)
    {
        var list = options.ToList();
        var request = new KubeRequest("GET", ResourcePath.Of(_served, list.Namespace) + list.Query(resume));
        var reply = await _dispatcher.SendOnceAsync(request, cancel);
        if (!reply.IsOk)
        {
            await FailAsync(reply.Error, cancel);
            return;
        }
        ListPage page;
        try
        {
            page = ListPage.Read(reply.Value.Body.Span);
        }
        catch (JsonException error)
        {
            await FailAsync(KubeError.Unreadable($"the list of {T.Resource}", error), cancel);
            return;
        }
        foreach (var (start, length) in page.Items)
            if (Decode(reply.Value.Body.Span.Slice(start, length)) is { } item)
                deliver(new WatchStep<T>.Listed(item));
        _failures = 0;
        await TurnAsync(new WatchInput.PageRead(page.Continue, page.ResourceVersion), null, cancel);
        if (State is WatchState.Listed listed)
            deliver(new WatchStep<T>.InSync(listed.ResourceVersion));
    }

    private async ValueTask FollowAsync(string resourceVersion, Action<WatchStep<T>> deliver, CancellationToken cancel)
    {
        var lifetime = (long)options.StreamLifetime.TotalSeconds;
        var seconds = (int)(lifetime + client.Jitter.Below(Math.Max(1, lifetime)));
        var request = new KubeRequest(
            "GET",
            ResourcePath.Of(_served, options.Namespace) + options.WatchQuery(resourceVersion, seconds)
        );
        using var guard = new SilenceGuard(options.SilenceLimit, client.Time, cancel);
        KubeError? failure = null;
        try
        {
            await foreach (var line in _dispatcher.StreamAsync(request, guard.Token))
            {
                guard.Heard();
                failure = Take(line.Span, deliver);
                if (failure is not null)
                    break;
            }
        }
        catch (StreamRefusedException refused)
        {
            failure = KubeError.From(refused.Reply);
        }
        catch (TransportException cut)
        {
            failure = KubeError.NoReply(cut);
        }
        catch (OperationCanceledException) when (guard.Struck && !cancel.IsCancellationRequested)
        {
            failure = new KubeError(
                KubeErrorKind.Unavailable,
                0,
                $"no word for {options.SilenceLimit.TotalSeconds:0} s"
            );
        }
        if (failure is not null)
            await FailAsync(failure, cancel);
        else
            await TurnAsync(new WatchInput.Ended(), EndedAtOnce, cancel);
    }

    /// <summary>Acts on one line; an error line is the return value.</summary>
    private KubeError? Take(ReadOnlySpan<byte> line, Action<WatchStep<T>> deliver)
    {
        try
        {
            var read = WatchLine.Read(line);
            if (read.Kind == WatchLineKind.Error)
                return ErrorOf(read.Object);
            var version = ObjectHead.Read(read.Object, out _).ResourceVersion;
            if (string.IsNullOrEmpty(version))
                return new KubeError(KubeErrorKind.Internal, 0, "a watch event without resourceVersion");
            if (read.Kind != WatchLineKind.Bookmark && Decode(read.Object) is { } item)
                deliver(
                    read.Kind == WatchLineKind.Deleted ? new WatchStep<T>.Deleted(item) : new WatchStep<T>.Applied(item)
                );
            State = WatchMachine.Next(State, new WatchInput.Moved(version)).State;
            _failures = 0;
            return null;
        }
        catch (JsonException error)
        {
            return KubeError.Unreadable($"a watch event of {T.Resource}", error);
        }
    }

    private T? Decode(ReadOnlySpan<byte> json)
    {
        try
        {
            return _decoder.Decode(json);
        }
        catch (JsonException error)
        {
            _listener.ObjectUnreadable(T.Resource, error.Message);
            return null;
        }
    }

    private static KubeError ErrorOf(ReadOnlySpan<byte> status)
    {
        var (code, reason, message, _) = StatusBody.Read(status);
        return new KubeError(KubeError.KindOf(code, reason), code, message, null, reason);
    }

    private ValueTask FailAsync(KubeError error, CancellationToken cancel) =>
        TurnAsync(new WatchInput.Failed(error), error, cancel);

    private async ValueTask TurnAsync(WatchInput input, KubeError? why, CancellationToken cancel)
    {
        var turn = WatchMachine.Next(State, input);
        State = turn.State;
        if (!turn.Pause || why is null)
            return;
        _failures++;
        var pause = options.Backoff.Pause(_failures, client.Jitter);
        if (why.RetryAfter is { } asked && asked > pause)
            pause = asked;
        _listener.WatchInterrupted(T.Resource, why, pause);
        await Task.Delay(pause, client.Time, cancel);
    }
}
