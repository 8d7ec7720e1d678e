namespace Tenon.Kube.Client.Watch;

/// <summary>What can happen to a watcher.</summary>
public abstract record WatchInput
{
    private WatchInput() { }

    /// <param name="Continue">Where the next page starts; null on the last page.</param>
    public sealed record PageRead(string? Continue, string ResourceVersion) : WatchInput;

    /// <summary>An event or a bookmark came over the stream.</summary>
    public sealed record Moved(string ResourceVersion) : WatchInput;

    /// <summary>The server closed the stream in good order.</summary>
    public sealed record Ended : WatchInput;

    /// <summary>
    /// A page was refused or lost, a stream refused, cut, silent for too long, or ended by an error event.
    /// </summary>
    public sealed record Failed(KubeError Error) : WatchInput;
}
