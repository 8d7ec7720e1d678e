namespace Tenon.Kube.Client.Watch;

/// <summary>What follows from an input.</summary>
/// <param name="Pause">Wait before acting on the new state, longer with every failure in a row.</param>
public readonly record struct WatchTurn(WatchState State, bool Pause = false);

/// <summary>
/// The watch protocol as a pure table of state and input; <see cref="Watcher{T}"/> adds the requests and the waiting.
/// </summary>
public static class WatchMachine
{
    public static WatchTurn Next(WatchState state, WatchInput input) =>
        (state, input) switch
        {
            (WatchState.Empty or WatchState.Paging, WatchInput.PageRead { Continue: { } next }) => new(
                new WatchState.Paging(next)
            ),
            (WatchState.Empty or WatchState.Paging, WatchInput.PageRead read) => new(
                new WatchState.Listed(read.ResourceVersion)
            ),
            (WatchState.Listed or WatchState.Watching, WatchInput.Moved moved) => new(
                new WatchState.Watching(moved.ResourceVersion)
            ),

            (WatchState.Empty, WatchInput.Failed) => new(state, Pause: true),
            // A list or a watch that expires the moment it starts must not spin: the way back to Empty pauses too.
            (_, WatchInput.Failed { Error.Kind: KubeErrorKind.Gone }) => new(
                new WatchState.Empty(),
                Pause: state is not WatchState.Watching
            ),
            (WatchState.Paging or WatchState.Listed, WatchInput.Failed) => new(state, Pause: true),
            (WatchState.Watching at, WatchInput.Failed) => new(new WatchState.Listed(at.ResourceVersion), Pause: true),

            // A stream that ends before its first event may be a server that cannot watch: do not spin on it.
            (WatchState.Listed, WatchInput.Ended) => new(state, Pause: true),
            (WatchState.Watching at, WatchInput.Ended) => new(new WatchState.Listed(at.ResourceVersion)),
            _ => throw new InvalidOperationException($"{input} cannot happen while {state}"),
        };
}
