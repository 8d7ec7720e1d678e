using Tenon.Simulation.ControlPlane.Admission;

namespace Tenon.Simulation.ControlPlane;

/// <summary>What may differ between two boxes. Everything has a default that suits a test.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Names the run: uids and the suffixes of generated names follow from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Changes kept per kind for watchers that resume; older resourceVersions are answered with 410.</summary>
    public int WatchHistoryEvents { get; init; } = 16_384;

    /// <summary>Bytes of changed objects kept per kind, whichever limit is met first.</summary>
    public long WatchHistoryBytes { get; init; } = 24 << 20;

    /// <summary>How often an idle watch that asked for bookmarks gets one.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Largest body taken, as the real server's 3 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 3 << 20;

    /// <summary>The Kubernetes release whose API is served.</summary>
    public string GitVersion { get; init; } = "v1.33.4";

    /// <summary>
    /// Called in this order on every create, update and delete: first all that may change the object, then again to
    /// judge it.
    /// </summary>
    public IReadOnlyList<IAdmissionHook> Admission { get; init; } = [];

    /// <summary>
    /// Recorded in managedFields when a request without a field manager touches an object that has them.
    /// </summary>
    public string DefaultFieldManager { get; init; } = "box";
}
