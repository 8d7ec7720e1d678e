using Tenon.Api;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>An informer of whatever kind, for those who start it and wait for it.</summary>
public interface IInformer
{
    ResourceType Resource { get; }
    bool IsSynced { get; }

    /// <summary>Completes when the first list stands and every subscriber has been told.</summary>
    Task WhenSynced(CancellationToken cancel);

    /// <summary>Runs until cancelled. Called once.</summary>
    Task RunAsync(CancellationToken cancel);
}
