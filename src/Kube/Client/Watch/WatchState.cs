namespace Tenon.Kube.Client.Watch;

/// <summary>
/// Where a watcher stands. Each state says where an error leads; <see cref="WatchMachine"/> is the whole table.
/// </summary>
public abstract record WatchState
{
    private WatchState() { }

    /// <summary>
    /// Nothing is listed, or what was listed can no longer be followed. Reads the first page.
    /// Any error: stay, after a pause. Done: <see cref="Paging"/> or <see cref="Listed"/>.
    /// </summary>
    public sealed record Empty : WatchState;

    /// <summary>
    /// Some pages are read. Reads the page at <paramref name="Continue"/>.
    /// 410: the snapshot behind the token is gone, so back to <see cref="Empty"/>; the pages read so far are worthless.
    /// Any other error: stay, after a pause, and read the same page again. Done: <see cref="Paging"/> or <see
    /// cref="Listed"/>.
    /// </summary>
    public sealed record Paging(string Continue) : WatchState;

    /// <summary>
    /// Everything up to <paramref name="ResourceVersion"/> is known; no stream is open. Opens one there.
    /// 410: the server forgot that version, so back to <see cref="Empty"/>. Any other error: stay, after a pause.
    /// First event: <see cref="Watching"/>. A stream that ends without an event: stay.
    /// </summary>
    public sealed record Listed(string ResourceVersion) : WatchState;

    /// <summary>
    /// Everything up to <paramref name="ResourceVersion"/> is known and a stream brings what follows; every event and
    /// every bookmark moves the version. 410 inside the stream: back to <see cref="Empty"/>. The server ends the stream
    /// in good order (it does so every few minutes): <see cref="Listed"/>, at once. Cut, silent for too long, or an
    /// error event:
    /// <see cref="Listed"/>, after a pause. Nothing is lost by that: the next stream starts where this one stopped.
    /// </summary>
    public sealed record Watching(string ResourceVersion) : WatchState;
}
