using Tenon.Api;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Queue;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Kube.Runtime.Controllers;

/// <summary>Where a controller's keys come from.</summary>
public abstract class Source<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    private protected Source() { }

    /// <summary>Feeds the queue until disposed.</summary>
    internal abstract IDisposable Connect(WorkQueue<TKey> queue);
}

/// <summary>Makes sources.</summary>
public static class Source
{
    /// <summary>Every changed object of a store, by its key.</summary>
    public static Source<ObjectKey> Of<T>(Informer<T> informer)
        where T : class, IKubeObject<T> => Of<T, ObjectKey>(informer, static change => [change.Key]);

    /// <summary>The keys that a change concerns: of an owner, of everything in a pool, of nothing.</summary>
    public static Source<TKey> Of<T, TKey>(
        Informer<T> informer,
        Func<StoreChange<T>, IEnumerable<TKey>> map,
        int priority = 0
    )
        where T : class, IKubeObject<T>
        where TKey : notnull, IEquatable<TKey> => new StoreSource<T, TKey>(informer, map, priority);
}

/// <summary>A source that anybody may pull: one controller asks another to look at a key.</summary>
public sealed class Trigger<TKey> : Source<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    private readonly Lock _gate = new();
    private readonly List<TKey> _early = [];
    private WorkQueue<TKey>? _queue;

    /// <summary>Before the controller starts, keys are kept for it.</summary>
    public void Fire(TKey key, TimeSpan after = default, int priority = 0)
    {
        WorkQueue<TKey> queue;
        lock (_gate)
        {
            if (_queue is null)
            {
                if (!_early.Contains(key))
                    _early.Add(key);
                return;
            }
            queue = _queue;
        }
        queue.Add(key, after, priority);
    }

    internal override IDisposable Connect(WorkQueue<TKey> queue)
    {
        lock (_gate)
        {
            _queue = queue;
            foreach (var key in _early)
                queue.Add(key);
            _early.Clear();
        }
        return new Disconnection(this);
    }

    private sealed class Disconnection(Trigger<TKey> trigger) : IDisposable
    {
        public void Dispose()
        {
            lock (trigger._gate)
                trigger._queue = null;
        }
    }
}

internal sealed class StoreSource<T, TKey>(
    Informer<T> informer,
    Func<StoreChange<T>, IEnumerable<TKey>> map,
    int priority
) : Source<TKey>
    where T : class, IKubeObject<T>
    where TKey : notnull, IEquatable<TKey>
{
    internal override IDisposable Connect(WorkQueue<TKey> queue) =>
        informer.Subscribe(change =>
        {
            foreach (var key in map(change))
                queue.Add(key, default, priority);
        });
}
