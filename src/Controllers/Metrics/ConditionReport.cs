using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Controllers.Operator;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Controllers.Metrics;

/// <summary>
/// Tells when a condition of an object changes its status, and when a finalizer is done, as events and as metrics.
/// Remembers what it last saw; what changed while nobody looked is not told.
/// </summary>
internal sealed class ConditionReport<T>(
    OperatorContext context,
    Informer<T> objects,
    ConditionMetrics.Book book,
    Func<T, IReadOnlyList<Condition>> conditionsOf,
    Func<T, bool> isOurs
) : IReconciler<ObjectKey>
    where T : class, IKubeObject<T>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, T> _last = [];

    public ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        var now = objects.Get(key.Namespace, key.Name);
        if (now is not null && !isOurs(now))
            return ValueTask.FromResult(Requeue.Never);
        T? before;
        lock (_gate)
        {
            _last.TryGetValue(key, out before);
            if (now is null)
                _last.Remove(key);
            else
                _last[key] = now;
        }
        // Another object under the same name: the first one is gone.
        if (before is not null && before.Metadata.Uid != now?.Metadata.Uid)
        {
            Finalized(before, []);
            book.Gone(key);
            before = null;
        }
        if (now is null)
            return ValueTask.FromResult(Requeue.Never);
        if (before is not null)
            Finalized(before, now.Metadata.Finalizers);
        foreach (var (old, changed) in book.Look(key, now.Metadata, conditionsOf(now)))
            if (old is not null)
                Tell(now, old, changed);
        return ValueTask.FromResult(Requeue.Never);
    }

    private void Finalized(T item, IReadOnlyList<string> left)
    {
        foreach (var finalizer in item.Metadata.Finalizers)
            if (!left.Contains(finalizer))
                context.Events.Publish(
                    new KubeEvent(item, KubeEvent.Normal, Api.Names.EventReasons.Finalized, $"Finalized {finalizer}")
                );
    }

    private void Tell(T item, Condition old, Condition now)
    {
        var message = string.IsNullOrEmpty(now.Message) ? "" : $", Message: {now.Message}";
        context.Events.Publish(
            new KubeEvent(
                item,
                KubeEvent.Normal,
                now.Type,
                $"Status condition transitioned, Type: {now.Type}, Status: {old.Status} -> {now.Status}, Reason: {now.Reason}{message}"
            )
        );
    }
}
