namespace Tenon.Kube.Runtime.Queue;

/// <summary>A key handed to a worker, who must give it back with <see cref="WorkQueue{TKey}.Done"/>.</summary>
/// <param name="Waited">Time from being ready to being handed out.</param>
public readonly record struct WorkItem<TKey>(TKey Key, int Priority, TimeSpan Waited);
