using System.Collections.Immutable;
using Tenon.Api;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Watch;

namespace Tenon.Kube.Runtime.Stores;

/// <summary>
/// A store and its one writer, the watch. Guarantees: subscribers are called one change at a time, in the order in
/// which they subscribed, each after the store shows the change; all see the same changes in the same order (the
/// server's; after a relist the order of keys); a late subscriber is first told of all that is there. A subscriber must
/// be quick and must not throw.
/// </summary>
public sealed class Informer<T> : IStore<T>, IInformer
    where T : class, IKubeObject<T>
{
    private readonly Watcher<T> _watcher;
    private readonly InformerOptions<T> _options;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _synced = new();
    private ImmutableArray<Subscription> _subscribers = [];
    private List<(ObjectKey Key, T Item)>? _buffer;
    private volatile StoreContent<T> _content = StoreContent<T>.Empty;
    private int _running;

    public Informer(KubeClient client, InformerOptions<T>? options = null)
    {
        _options = options ?? new InformerOptions<T>();
        _watcher = new Watcher<T>(client, _options.Watch) { Known = key => _content.Get(key) };
    }

    public ResourceType Resource => T.Resource;
    public WatchState State => _watcher.State;
    public bool IsSynced => _synced.Task.IsCompleted;
    public long Version => _content.Version;
    public IReadOnlyCollection<T> All => _content.Items;

    public T? Get(string? ns, string name) => _content.Get(new ObjectKey(string.IsNullOrEmpty(ns) ? null : ns, name));

    public IEnumerable<T> ByIndex(string index, string value) => _content.ByIndex(index, value);

    /// <summary>
    /// Files every object under the values that <paramref name="values"/> reads off it. The first of a name wins.
    /// </summary>
    public Informer<T> AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_gate)
            if (!_content.HasIndex(name))
                _content = _content.WithIndex(name, values);
        return this;
    }

    /// <summary>
    /// Calls <paramref name="onChange"/> for everything that is there, then for every change, until disposed.
    /// </summary>
    public IDisposable Subscribe(Action<StoreChange<T>> onChange)
    {
        var subscription = new Subscription(this, onChange);
        lock (_gate)
        {
            foreach (var item in _content.Items)
                onChange(new StoreChange<T>(null, item));
            _subscribers = _subscribers.Add(subscription);
        }
        return subscription;
    }

    public Task WhenSynced(CancellationToken cancel) => _synced.Task.WaitAsync(cancel);

    public Task RunAsync(CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
            throw new InvalidOperationException($"the informer of {Resource} already runs");
        return _watcher.RunAsync(Take, cancel);
    }

    private void Take(WatchStep<T> step)
    {
        lock (_gate)
        {
            switch (step)
            {
                case WatchStep<T>.Restarted:
                    _buffer = [];
                    break;
                case WatchStep<T>.Listed listed:
                    if (_buffer is null)
                        throw new InvalidOperationException("an item was listed outside of a list");
                    _buffer.Add((ObjectKey.Of(listed.Item), Shape(listed.Item)));
                    break;
                case WatchStep<T>.InSync:
                    Swap();
                    break;
                case WatchStep<T>.Applied applied:
                    Apply(Shape(applied.Item));
                    break;
                case WatchStep<T>.Deleted deleted:
                    Remove(Shape(deleted.Item));
                    break;
            }
        }
        // Outside of the lock, because those who wait go on right here.
        if (step is WatchStep<T>.InSync)
            _synced.TrySetResult();
    }

    /// <summary>An object that the store handed back unread is in shape already.</summary>
    private T Shape(T item) =>
        _options.Transform is { } transform && !ReferenceEquals(_content.Get(ObjectKey.Of(item)), item)
            ? transform(item)
            : item;

    private void Apply(T now)
    {
        var key = ObjectKey.Of(now);
        var old = _content.Get(key);
        if (ReferenceEquals(old, now))
            return;
        _content = _content.With(key, old, now);
        TellOf(old, now);
    }

    private void Remove(T last)
    {
        var key = ObjectKey.Of(last);
        if (_content.Get(key) is not { } held)
            return;
        _content = _content.With(key, held, null);
        // The last state of another incarnation would be the end of an object that subscribers never met.
        Tell(new StoreChange<T>(last.Metadata.Uid == held.Metadata.Uid ? last : held, null));
    }

    private void Swap()
    {
        var before = _content.Items;
        var after = SortedChunks<T>.From(
            _buffer ?? throw new InvalidOperationException("a list ended that never began")
        );
        _buffer = null;
        _content = _content.Replace(after);
        using var old = before.Pairs.GetEnumerator();
        using var now = after.Pairs.GetEnumerator();
        var (hasOld, hasNow) = (old.MoveNext(), now.MoveNext());
        while (hasOld || hasNow)
        {
            var order =
                !hasOld ? 1
                : !hasNow ? -1
                : old.Current.Key.CompareTo(now.Current.Key);
            if (order < 0)
                Tell(new StoreChange<T>(old.Current.Item, null));
            else if (order > 0)
                Tell(new StoreChange<T>(null, now.Current.Item));
            else if (!ReferenceEquals(old.Current.Item, now.Current.Item))
                TellOf(old.Current.Item, now.Current.Item);
            if (order <= 0)
                hasOld = old.MoveNext();
            if (order >= 0)
                hasNow = now.MoveNext();
        }
    }

    /// <summary>Another uid under the same name is another object: the old one went unseen, the new one came.</summary>
    private void TellOf(T? old, T now)
    {
        if (old is not null && old.Metadata.Uid != now.Metadata.Uid)
        {
            Tell(new StoreChange<T>(old, null));
            old = null;
        }
        Tell(new StoreChange<T>(old, now));
    }

    private void Tell(StoreChange<T> change)
    {
        foreach (var subscriber in _subscribers)
            subscriber.OnChange(change);
    }

    private sealed class Subscription(Informer<T> informer, Action<StoreChange<T>> onChange) : IDisposable
    {
        public Action<StoreChange<T>> OnChange { get; } = onChange;

        public void Dispose()
        {
            lock (informer._gate)
                informer._subscribers = informer._subscribers.Remove(this);
        }
    }
}
