using Tenon.Api.Coordination;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Scheduler;
using DeleteOptions = Tenon.Kube.Client.Requests.DeleteOptions;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Watches over nodes: a silent kubelet makes a node Unknown, an unready one is tainted, pods that do not tolerate the
/// taint are evicted when their time is up, and pods of nodes that are gone are removed.
/// </summary>
internal sealed class NodeLifecycleController(Informers informers, TimeSpan grace, TimeProvider time)
    : IReconciler<ObjectKey>
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";
    private const string Cordoned = "node.kubernetes.io/unschedulable";

    /// <summary>
    /// How long a pod may be bound to a node that does not exist before it is taken away, as upstream.
    /// </summary>
    private static readonly TimeSpan Orphaned = TimeSpan.FromSeconds(40);

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<Node> _nodes = informers.Of<Node>();
    private readonly Informer<Lease> _leases = informers.Of<Lease>();
    private readonly Informer<Pod> _pods = informers.Of<Pod>();
    private readonly Dictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _missing = new(StringComparer.Ordinal);

    public static void AddTo(ControllerHost host, TimeSpan grace, TimeProvider time)
    {
        var pods = host
            .Informers.Of<Pod>()
            .AddIndex("node", pod => string.IsNullOrEmpty(pod.Spec.NodeName) ? [] : [pod.Spec.NodeName]);
        var controller = new NodeLifecycleController(host.Informers, grace, time);
        controller._leases.Subscribe(change => controller._heard[change.Item.Metadata.Name!] = time.GetUtcNow());
        host.Add(
            new ControllerOptions { Name = "nodelifecycle", Workers = 4 },
            controller,
            Source.Of<Node, ObjectKey>(host.Informers.Of<Node>(), change => Matters(change) ? [change.Key] : []),
            Source.Of<Pod, ObjectKey>(
                pods,
                change =>
                    change.New is { } now && now.IsAssigned() && change.Old?.IsAssigned() != true
                        ? [new ObjectKey(null, now.Spec.NodeName!)]
                        : []
            )
        );
    }

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (_nodes.Get(null, key.Name) is not { } node)
            return await CollectAsync(key.Name, now, cancel);
        _missing.Remove(key.Name);
        var heard = Latest(node, _heard.GetValueOrDefault(key.Name));
        var ready = node.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        var silent = now - heard > grace;
        if (silent && ready is not null && ready.Status != "Unknown")
        {
            node = await SilentAsync(node, now, cancel) ?? node;
            ready = node.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        }
        await TaintAsync(node, ready?.Status, now, cancel);
        var wait = await EvictAsync(node, now, cancel);
        var next = silent ? (TimeSpan?)null : heard + grace - now + TimeSpan.FromSeconds(1);
        return wait is { } soon ? Requeue.In(soon).Or(next is { } n ? Requeue.In(n) : Requeue.Never)
            : next is { } later ? Requeue.In(later)
            : Requeue.Never;
    }

    private static DateTimeOffset Latest(Node node, DateTimeOffset lease)
    {
        var latest = lease;
        if (node.Metadata.CreationTimestamp is { } created && created > latest)
            latest = created;
        foreach (var condition in node.Status.Conditions)
            if (condition.LastHeartbeatTime is { } beat && beat > latest)
                latest = beat;
        return latest;
    }

    private async ValueTask<Node?> SilentAsync(Node node, DateTimeOffset now, CancellationToken cancel)
    {
        var conditions = node.Status.Conditions;
        foreach (var type in new[] { "Ready", "MemoryPressure", "DiskPressure", "PIDPressure" })
            if (type == "Ready" || conditions.Any(condition => condition.Type == type))
                conditions = conditions.With(
                    type,
                    "Unknown",
                    "NodeStatusUnknown",
                    "Kubelet stopped posting node status.",
                    now
                );
        var written = await _client.UpdateStatusAsync(
            node with
            {
                Status = node.Status with { Conditions = conditions },
            },
            cancel
        );
        return written.ValueOrNull;
    }

    /// <summary>Keeps the taints that follow from readiness and cordon, and leaves all others alone.</summary>
    private async ValueTask TaintAsync(Node node, string? ready, DateTimeOffset now, CancellationToken cancel)
    {
        // A node that never reported is left as its provider made it; the kubelet will speak for itself.
        var wanted = new List<Taint>();
        if (ready == "False")
            wanted.AddRange(Pair(NotReady));
        if (ready == "Unknown")
            wanted.AddRange(Pair(Unreachable));
        if (node.Spec.Unschedulable == true)
            wanted.Add(
                new Taint
                {
                    Key = Cordoned,
                    Effect = "NoSchedule",
                    TimeAdded = now,
                }
            );
        var kept = node
            .Spec.Taints.Where(taint =>
                !IsOurs(taint, ready) || wanted.Exists(want => want.Key == taint.Key && want.Effect == taint.Effect)
            )
            .ToList();
        var missing = wanted
            .Where(want => !kept.Exists(taint => want.Key == taint.Key && want.Effect == taint.Effect))
            .ToList();
        if (missing.Count == 0 && kept.Count == node.Spec.Taints.Count)
            return;
        var written = await _client.UpdateAsync(
            node with
            {
                Spec = node.Spec with { Taints = [.. kept, .. missing] },
            },
            cancel
        );
        if (!written.IsOk && !written.IsNotFound)
            throw new KubeException(written.Error);

        IEnumerable<Taint> Pair(string key) =>
            [
                new Taint
                {
                    Key = key,
                    Effect = "NoSchedule",
                    TimeAdded = now,
                },
                new Taint
                {
                    Key = key,
                    Effect = "NoExecute",
                    TimeAdded = now,
                },
            ];
    }

    private static bool IsOurs(Taint taint, string? ready) =>
        taint.Key == Cordoned || (ready is not null && taint.Key is NotReady or Unreachable);

    /// <summary>
    /// Pods that do not put up with a NoExecute taint go when their toleration ends. Returns the next such moment.
    /// </summary>
    private async ValueTask<TimeSpan?> EvictAsync(Node node, DateTimeOffset now, CancellationToken cancel)
    {
        var taints = node.Spec.Taints.Where(taint => taint.Effect == "NoExecute").ToList();
        if (taints.Count == 0)
            return null;
        TimeSpan? wait = null;
        foreach (var pod in _pods.ByIndex("node", node.Metadata.Name!).Where(pod => pod.IsActive()).ToList())
        {
            if (Due(pod, taints) is not { } due)
                continue;
            if (due > now)
            {
                if (wait is null || due - now < wait)
                    wait = due - now;
                continue;
            }
            var doomed = pod.Status.Conditions.With(
                "DisruptionTarget",
                "True",
                "DeletionByTaintManager",
                "Taint manager: deleting due to NoExecute taint",
                now
            );
            await _client.UpdateStatusAsync(pod with { Status = pod.Status with { Conditions = doomed } }, cancel);
            await _client.DeleteAsync<Pod>(
                pod.Metadata.Namespace,
                pod.Metadata.Name!,
                new DeleteOptions { Uid = pod.Metadata.Uid },
                cancel
            );
        }
        return wait;
    }

    private static DateTimeOffset? Due(Pod pod, List<Taint> taints)
    {
        DateTimeOffset? due = null;
        foreach (var taint in taints)
        {
            var since = taint.TimeAdded ?? DateTimeOffset.MinValue;
            var tolerations = pod.Spec.Tolerations.Where(toleration => Matching.Tolerates(toleration, taint)).ToList();
            if (tolerations.Count == 0)
                return DateTimeOffset.MinValue;
            if (tolerations.Exists(toleration => toleration.TolerationSeconds is null))
                continue;
            var end =
                since
                + TimeSpan.FromSeconds(tolerations.Min(toleration => Math.Max(0, toleration.TolerationSeconds!.Value)));
            if (due is null || end < due)
                due = end;
        }
        return due;
    }

    /// <summary>The node is gone: so are, after a quarantine, its pods.</summary>
    private async ValueTask<Requeue> CollectAsync(string name, DateTimeOffset now, CancellationToken cancel)
    {
        _heard.Remove(name);
        var orphans = _pods.ByIndex("node", name).ToList();
        if (orphans.Count == 0)
        {
            _missing.Remove(name);
            return Requeue.Never;
        }
        if (!_missing.TryGetValue(name, out var since))
            _missing[name] = since = now;
        if (now - since < Orphaned)
            return Requeue.In(Orphaned - (now - since));
        foreach (var pod in orphans)
            await _client.DeleteAsync<Pod>(
                pod.Metadata.Namespace,
                pod.Metadata.Name!,
                new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid },
                cancel
            );
        return Requeue.In(Orphaned);
    }

    private static bool Matters(StoreChange<Node> change) =>
        change.Old is not { } old
        || change.New is not { } now
        || !old.Spec.Taints.SequenceEqual(now.Spec.Taints)
        || old.Spec.Unschedulable != now.Spec.Unschedulable
        || Ready(old) != Ready(now);

    private static string? Ready(Node node) =>
        node.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready")?.Status;
}
