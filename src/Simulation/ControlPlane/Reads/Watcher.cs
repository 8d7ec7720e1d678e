using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Reads;

/// <summary>What a watch asked for.</summary>
internal sealed record WatchRequest(ApiKind Kind, Selection Selection, ObjectView View)
{
    /// <summary>Null: start with the present state as ADDED events.</summary>
    public long? After { get; init; }

    public bool SendInitialEvents { get; init; }
    public bool Bookmarks { get; init; }
    public TimeSpan? Timeout { get; init; }

    public static WatchRequest Of(ApiKind kind, Selection selection, ObjectView view, Query query, Lister lister)
    {
        var revision = lister.RevisionOf(query);
        var initial = query.IsTrue("sendInitialEvents");
        if (initial && query["resourceVersionMatch"] != "NotOlderThan")
            throw ApiError.Invalid(
                "meta.k8s.io",
                "ListOptions",
                "",
                [
                    FieldFault.Forbidden(
                        "resourceVersionMatch",
                        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
                    ),
                ]
            );
        if (!initial && query["resourceVersionMatch"] is { Length: > 0 } && query["sendInitialEvents"] is null)
            throw ApiError.Invalid(
                "meta.k8s.io",
                "ListOptions",
                "",
                [
                    FieldFault.Forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                    ),
                ]
            );
        return new WatchRequest(kind, selection, view)
        {
            After = initial || revision == 0 ? null : revision,
            SendInitialEvents = initial,
            Bookmarks = query.IsTrue("allowWatchBookmarks"),
            Timeout =
                long.TryParse(query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds) && seconds > 0
                    ? TimeSpan.FromSeconds(seconds)
                    : null,
        };
    }
}

/// <summary>
/// One open watch: a position in the kind's history. It has no queue of its own, so a slow reader costs nothing and
/// learns that it was too slow from a 410 event. States: initial items, live, ended. Everything but
/// <see cref="WaitAsync"/> runs under the server's lock.
/// </summary>
internal sealed class Watcher : IDisposable
{
    private readonly ServerState _state;
    private readonly WatchRequest _request;
    private readonly Action _wake;
    private readonly Lock _gate = new();
    private readonly ITimer? _timer;
    private readonly DateTimeOffset _deadline;
    private Queue<StoredObject>? _initial;
    private DateTimeOffset _nextBookmark;
    private long _position;
    private long _seen;
    private bool _ended;
    private bool _signalled = true;
    private TaskCompletionSource? _waiting;
    private SynchronizationContext? _waitingOn;

    public Watcher(ServerState state, WatchRequest request)
    {
        _state = state;
        _request = request;
        _wake = Wake;
        var history = request.Kind.Store.History;
        if (request.After is { } revision)
        {
            if (history.PositionAfter(revision) is { } position)
                _position = position;
            else
                _position = -1;
            _seen = revision;
        }
        else
        {
            // The list is taken whole at the moment the watch opens; what changes while it is read comes as events
            // after it.
            _initial = new Queue<StoredObject>(
                request
                    .Kind.Store.Current.After(request.Selection.Namespace is { } ns ? (ns, "") : null)
                    .TakeWhile(item => request.Selection.Namespace is not { } only || item.Namespace == only)
                    .Where(request.Selection.Matches)
            );
            _position = history.Next;
            _seen = state.Clock.Last;
        }
        _deadline = request.Timeout is { } timeout ? state.Now + timeout : DateTimeOffset.MaxValue;
        _nextBookmark = request.Bookmarks ? state.Now + state.Options.BookmarkInterval : DateTimeOffset.MaxValue;
        if (request.Timeout is not null || request.Bookmarks)
            _timer = state.Time.CreateTimer(_ => Wake(), null, NextDue(), Timeout.InfiniteTimeSpan);
        request.Kind.Store.Subscribe(_wake);
    }

    public bool Ended => _ended;

    /// <summary>
    /// The next event, or false when there is none now (then wait) or ever (then <see cref="Ended"/>).
    /// </summary>
    public bool TryNext(out ReadOnlyMemory<byte> next)
    {
        next = default;
        if (_ended)
            return false;
        if (_initial is not null)
            return TryInitial(out next) || TryLive(out next);
        return TryLive(out next);
    }

    /// <summary>Ends the watch as a broken connection would.</summary>
    public void Cut()
    {
        _ended = true;
        Wake();
    }

    /// <summary>
    /// Completes when there may be something to read, or when <see cref="Nudge"/> was called; on the caller's own loop.
    /// </summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_signalled)
            {
                _signalled = false;
                return Task.CompletedTask;
            }
            _waiting = new TaskCompletionSource();
            _waitingOn = SynchronizationContext.Current;
            return _waiting.Task;
        }
    }

    /// <summary>Wakes the reader so that it looks at its cancellation.</summary>
    public void Nudge() => Wake();

    public void Dispose()
    {
        _ended = true;
        _request.Kind.Store.Unsubscribe(_wake);
        _timer?.Dispose();
    }

    private bool TryInitial(out ReadOnlyMemory<byte> next)
    {
        if (_initial!.TryDequeue(out var item))
        {
            next = _request.View.Event(WatchEventType.Added, item);
            return true;
        }
        _initial = null;
        next =
            _request.SendInitialEvents && _request.Bookmarks
                ? _request.View.Bookmark(_seen, initialEventsEnd: true)
                : default;
        return !next.IsEmpty;
    }

    private bool TryLive(out ReadOnlyMemory<byte> next)
    {
        next = default;
        var history = _request.Kind.Store.History;
        if (_position < history.First)
            return Fail(out next);
        while (_position < history.Next)
        {
            var change = history[_position++];
            _seen = change.Revision;
            if (Seen(change) is not { } type)
                continue;
            next = _request.View.Event(
                type,
                type == WatchEventType.Deleted && change.Type != type ? Departed(change) : change.After
            );
            return true;
        }
        return TryTimed(out next);
    }

    /// <summary>
    /// What the change looks like through the selection: an object that stops matching is gone for this watcher.
    /// </summary>
    private WatchEventType? Seen(in Change change)
    {
        var before = change.Before is not null && _request.Selection.Matches(change.Before);
        var after = change.Type != WatchEventType.Deleted && _request.Selection.Matches(change.After);
        return (before, after) switch
        {
            (false, true) => WatchEventType.Added,
            (true, true) => WatchEventType.Modified,
            (true, false) => WatchEventType.Deleted,
            _ => null,
        };
    }

    /// <summary>The last version that matched, under the revision at which it stopped to.</summary>
    private static StoredObject Departed(in Change change)
    {
        var item = JsonBytes.Trusted(change.Before!.Json);
        Meta.Of(item)["resourceVersion"] = change.Revision.ToString(CultureInfo.InvariantCulture);
        var before = change.Before;
        return StoredObject.From(
            WatchEventType.Deleted,
            JsonBytes.Of(item),
            new ObjectIndex(before.Namespace, before.Name, before.Uid, change.Revision, before.Labels, before.Fields)
        );
    }

    private bool TryTimed(out ReadOnlyMemory<byte> next)
    {
        next = default;
        var now = _state.Now;
        if (now >= _deadline)
        {
            _ended = true;
            return false;
        }
        if (now < _nextBookmark)
            return false;
        _nextBookmark = now + _state.Options.BookmarkInterval;
        _timer!.Change(NextDue(), Timeout.InfiniteTimeSpan);
        // Nothing of this kind is newer than the server's clock, so the bookmark may as well promise all of it.
        _seen = _state.Clock.Last;
        next = _request.View.Bookmark(_seen, initialEventsEnd: false);
        return true;
    }

    private bool Fail(out ReadOnlyMemory<byte> next)
    {
        var error = ApiError.Expired(
            $"too old resource version: {_seen} ({_request.Kind.Store.History.DroppedRevision + 1})"
        );
        next = JsonBytes.Of(new JsonObject { ["type"] = "ERROR", ["object"] = error.ToStatus() });
        _ended = true;
        return true;
    }

    private TimeSpan NextDue()
    {
        var due = (_deadline < _nextBookmark ? _deadline : _nextBookmark) - _state.Now;
        return due < TimeSpan.Zero ? TimeSpan.Zero : due;
    }

    private void Wake()
    {
        TaskCompletionSource? waiting;
        SynchronizationContext? loop;
        lock (_gate)
        {
            (waiting, loop) = (_waiting, _waitingOn);
            _waiting = null;
            _signalled = waiting is null;
        }
        if (waiting is null)
            return;
        // The reader must run on its own loop, never inside the write that woke it and under the server's lock.
        if (loop is not null)
            loop.Post(static source => ((TaskCompletionSource)source!).TrySetResult(), waiting);
        else
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.TrySetResult(), waiting, preferLocal: false);
    }
}
