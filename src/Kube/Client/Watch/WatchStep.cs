namespace Tenon.Kube.Client.Watch;

/// <summary>
/// What a watcher tells its one consumer. A (re)list comes as <c>Restarted, Listed*, InSync</c>, so that a store can
/// build the new content aside and swap it in at once; between two lists come <c>Applied</c> and <c>Deleted</c> in the
/// server's order.
/// </summary>
public abstract record WatchStep<T>
{
    private WatchStep() { }

    /// <summary>
    /// A list begins: start a new buffer, drop a half-filled one. What was known stays valid until InSync.
    /// </summary>
    public sealed record Restarted : WatchStep<T>;

    /// <summary>One object of the list: it goes to the buffer.</summary>
    public sealed record Listed(T Item) : WatchStep<T>;

    /// <summary>The list is complete: swap the buffer in; what is absent from it is gone.</summary>
    public sealed record InSync(string ResourceVersion) : WatchStep<T>;

    /// <summary>Created or changed.</summary>
    public sealed record Applied(T Item) : WatchStep<T>;

    /// <summary>Gone; the item is its last state.</summary>
    public sealed record Deleted(T Item) : WatchStep<T>;
}
