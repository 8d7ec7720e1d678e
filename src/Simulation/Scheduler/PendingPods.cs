using Tenon.Api.Core;

namespace Tenon.Simulation.Scheduler;

/// <summary>A pod that waits for a node.</summary>
internal sealed class PendingPod(Pod pod, ShapeQueue queue, long order)
{
    public Pod Pod { get; set; } = pod;
    public ShapeQueue Queue { get; } = queue;
    public long Order { get; } = order;

    /// <summary>
    /// What its condition says now, and since when, so that a new number in the message is not a write of its own.
    /// </summary>
    public string? Told { get; set; }
    public DateTimeOffset ToldAt { get; set; }
}

internal enum QueueState
{
    /// <summary>To be asked.</summary>
    Active,

    /// <summary>
    /// Refused; something changed since, and it is asked again at <see cref="ShapeQueue.NotBefore"/>.
    /// </summary>
    BackOff,

    /// <summary>Refused; nothing changed since.</summary>
    Unschedulable,
}

/// <summary>All waiting pods of one shape, first come first served.</summary>
internal sealed class ShapeQueue(PodShape shape)
{
    public PodShape Shape { get; } = shape;
    public SortedDictionary<long, PendingPod> Waiting { get; } = [];
    public QueueState State { get; set; } = QueueState.Active;
    public int Failures { get; set; }
    public DateTimeOffset NotBefore { get; set; }
    public long RefusedAt { get; set; } = -1;
    public string Message { get; set; } = "";

    public PendingPod First => Waiting.First().Value;
}

/// <summary>
/// kube-scheduler's queue, by shape instead of by pod: the highest priority first, then whoever waits longest. A
/// refused shape waits for a change in the cluster, and at least its back-off (1 s doubling to 10 s).
/// </summary>
internal sealed class PendingPods(ShapeBook shapes)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, PendingPod> _pods = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, ShapeQueue> _queues = [];
    private long _arrivals;

    public int Count => _pods.Count;
    public IEnumerable<ShapeQueue> Queues => _queues.Values;

    public PendingPod? Find(string uid) => _pods.GetValueOrDefault(uid);

    public PendingPod Add(Pod pod, long clusterVersion)
    {
        var uid = pod.Metadata.Uid!;
        if (
            _pods.TryGetValue(uid, out var known)
            && known.Pod.Metadata.Generation == pod.Metadata.Generation
            && known.Pod.Spec.SchedulingGates.Count == pod.Spec.SchedulingGates.Count
        )
        {
            known.Pod = pod;
            return known;
        }
        Remove(uid);
        var shape = shapes.Of(pod);
        if (!_queues.TryGetValue(shape.Id, out var queue))
            _queues[shape.Id] = queue = new ShapeQueue(shape);
        var pending = new PendingPod(pod, queue, _arrivals++);
        queue.Waiting.Add(pending.Order, pending);
        _pods[uid] = pending;
        if (queue.State != QueueState.Active && queue.RefusedAt != clusterVersion)
            queue.State = QueueState.Active;
        return pending;
    }

    public void Remove(string uid)
    {
        if (!_pods.Remove(uid, out var pending))
            return;
        pending.Queue.Waiting.Remove(pending.Order);
        if (pending.Queue.Waiting.Count == 0)
            _queues.Remove(pending.Queue.Shape.Id);
    }

    /// <summary>The shape whose turn it is.</summary>
    public ShapeQueue? Next()
    {
        ShapeQueue? best = null;
        foreach (var queue in _queues.Values)
            if (queue.State == QueueState.Active && (best is null || Before(queue, best)))
                best = queue;
        return best;
    }

    public static void Refuse(ShapeQueue queue, string message, long clusterVersion, DateTimeOffset now)
    {
        queue.State = QueueState.Unschedulable;
        queue.Message = message;
        queue.RefusedAt = clusterVersion;
        var backOff = FirstBackOff * (1 << Math.Min(queue.Failures++, 5));
        queue.NotBefore = now + (backOff < LongestBackOff ? backOff : LongestBackOff);
    }

    /// <summary>
    /// Something changed: refused shapes get another turn, at once or when their back-off is over. Returns the earliest
    /// wait.
    /// </summary>
    public DateTimeOffset? Reconsider(DateTimeOffset now)
    {
        DateTimeOffset? earliest = null;
        foreach (var queue in _queues.Values)
        {
            if (queue.State == QueueState.Active)
                continue;
            queue.State = queue.NotBefore <= now ? QueueState.Active : QueueState.BackOff;
            if (queue.State == QueueState.BackOff && (earliest is null || queue.NotBefore < earliest))
                earliest = queue.NotBefore;
        }
        return earliest;
    }

    /// <summary>Wakes shapes whose back-off is over.</summary>
    public DateTimeOffset? Ripen(DateTimeOffset now)
    {
        DateTimeOffset? earliest = null;
        foreach (var queue in _queues.Values)
        {
            if (queue.State != QueueState.BackOff)
                continue;
            if (queue.NotBefore <= now)
                queue.State = QueueState.Active;
            else if (earliest is null || queue.NotBefore < earliest)
                earliest = queue.NotBefore;
        }
        return earliest;
    }

    private static bool Before(ShapeQueue a, ShapeQueue b) =>
        a.Shape.Priority != b.Shape.Priority ? a.Shape.Priority > b.Shape.Priority : a.First.Order < b.First.Order;
}
