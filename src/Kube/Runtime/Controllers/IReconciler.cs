namespace Tenon.Kube.Runtime.Controllers;

/// <summary>Level-triggered: it is told a name, never an event, so lost and merged events cannot matter.</summary>
public interface IReconciler<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    /// <summary>
    /// Makes the world match the object named by <paramref name="key"/>. Safe to repeat, safe to run late. Throwing is
    /// "try again later": with <see cref="TerminalException"/> it is "do not try again".
    /// </summary>
    ValueTask<Requeue> ReconcileAsync(TKey key, CancellationToken cancel);
}
