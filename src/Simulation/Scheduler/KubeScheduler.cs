using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Policy;
using Tenon.Api.Storage;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Workloads;

namespace Tenon.Simulation.Scheduler;

/// <summary>
/// The cluster's scheduler: reads through informers, decides with <see cref="PlacementCycle"/>, binds through the API.
/// Pods are assumed on their node from the decision until the binding is seen or refused.
/// </summary>
public sealed class KubeScheduler
{
    /// <summary>How often the numbers in a refusal may be written anew; upstream writes every attempt.</summary>
    private static readonly TimeSpan RetellAfter = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a pod waits on its node for volumes before it is scheduled anew (upstream's bindTimeoutSeconds).
    /// </summary>
    private static readonly TimeSpan VolumeWait = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A refused pod is looked at again after this time even when nothing changed (upstream flushes every five
    /// minutes).
    /// </summary>
    private static readonly TimeSpan Leftovers = TimeSpan.FromMinutes(5);

    private const string Name = "default-scheduler";

    private readonly KubeClient _client;
    private readonly Informers _informers;
    private readonly ClusterEvents _events;
    private readonly TimeProvider _time;
    private readonly SchedulerCache _cache = new();
    private readonly PendingPods _pending;
    private readonly PlacementCycle _cycle;
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);
    private readonly Wakeup _wake;
    private readonly Informer<PersistentVolumeClaim> _claims;
    private readonly Informer<PodDisruptionBudget> _budgets;
    private bool _changed;
    private CancellationToken _cancel;

    public KubeScheduler(Informers informers, ClusterEvents events, TimeProvider time)
    {
        (_informers, _client, _events, _time) = (informers, informers.Client, events, time);
        _pending = new PendingPods(_cache.Shapes);
        _cycle = new PlacementCycle(_cache, IsProtected);
        _wake = new Wakeup(time);
        _claims = informers.Of<PersistentVolumeClaim>();
        _budgets = informers.Of<PodDisruptionBudget>();
        _ = (informers.Of<Pod>(), informers.Of<Node>(), informers.Of<Namespace>());
        _ = (informers.Of<PersistentVolume>(), informers.Of<StorageClass>(), informers.Of<CSINode>());
    }

    /// <summary>
    /// Told of every decision at the moment it is taken, before the binding goes on its way; null when a decision is
    /// given up because its binding failed.
    /// </summary>
    public event Action<Pod, string?>? Decided;

    /// <summary>Pods that wait for a node now.</summary>
    public int Waiting => _pending.Count;

    public async Task RunAsync(CancellationToken cancel)
    {
        _cancel = cancel;
        await _informers.WhenSynced(cancel);
        Subscribe();
        while (!cancel.IsCancellationRequested)
        {
            var now = _time.GetUtcNow();
            var wait = _changed ? _pending.Reconsider(now) : _pending.Ripen(now);
            _changed = false;
            if (_pending.Next() is { } queue)
                Attempt(queue);
            else if (!await _wake.WaitAsync((wait ?? now + Leftovers) - now, cancel) && wait is null)
                _changed = true;
        }
    }

    private void Subscribe()
    {
        _informers
            .Of<Namespace>()
            .Subscribe(change => Changed(() => _cache.SetNamespace(change.Key.Name, change.New?.Metadata.Labels)));
        _informers.Of<StorageClass>().Subscribe(change => Volumes(change, _cache.Volumes.Set, _cache.Volumes.Remove));
        _informers
            .Of<PersistentVolume>()
            .Subscribe(change => Volumes(change, _cache.Volumes.Set, _cache.Volumes.Remove));
        _claims.Subscribe(change => Volumes(change, _cache.Volumes.Set, _cache.Volumes.Remove));
        _informers.Of<CSINode>().Subscribe(change => Volumes(change, _cache.Volumes.Set, _cache.Volumes.Remove));
        _informers.Of<Node>().Subscribe(OnNode);
        _informers.Of<Pod>().Subscribe(OnPod);
    }

    private void Volumes<T>(StoreChange<T> change, Action<T> set, Action<T> remove)
        where T : class, Api.IKubeObject<T> =>
        Changed(() =>
        {
            if (change.New is { } now)
                set(now);
            else
                remove(change.Old!);
            _cache.Touch();
        });

    private void OnNode(StoreChange<Node> change)
    {
        if (change.New is not { } node)
            Changed(() => _cache.RemoveNode(change.Old!.Metadata.Name!));
        else if (change.Old is null || !SameForScheduling(change.Old, node))
            Changed(() => _cache.SetNode(node));
    }

    private void OnPod(StoreChange<Pod> change)
    {
        var pod = change.Item;
        var uid = pod.Metadata.Uid!;
        var gone = change.New is null || pod.Status.Phase is "Succeeded" or "Failed";
        if (gone || !string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            _pending.Remove(uid);
            _assumed.Remove(uid);
            if (!gone)
                _cache.Place(pod, pod.Spec.NodeName!);
            else if (_cache.Placed.ContainsKey(uid))
                Changed(() => _cache.Remove(uid));
            // Spreads count nobody who is on the way out.
            if (!gone && pod.Metadata.IsDeleting && change.Old?.Metadata.IsDeleting == false)
                Changed(_cache.Touch);
            // A newcomer may be what somebody's affinity waits for.
            if (!gone && change.Old is null or { Spec.NodeName: null or "" } && _cache.PlacedWithTerms > 0)
                Changed(() => { });
            return;
        }
        if (_assumed.Contains(uid))
            return;
        if (pod.Metadata.IsDeleting || (pod.Spec.SchedulerName ?? Name) != Name)
        {
            _pending.Remove(uid);
            return;
        }
        if (pod.Spec.SchedulingGates.Count > 0)
        {
            _pending.Remove(uid);
            if (change.Old is null)
                Tell(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
            return;
        }
        var pending = _pending.Add(pod, _cache.Version);
        if (pending.Queue.State == QueueState.Active)
            _wake.Fire();
        else if (pending.Told is null)
            Tell(pending, pending.Queue.Message);
    }

    private void Changed(Action change)
    {
        change();
        _changed = true;
        _wake.Fire();
    }

    private void Attempt(ShapeQueue queue)
    {
        switch (_cycle.Decide(queue.Shape))
        {
            case Verdict.Place place:
                queue.Failures = 0;
                var pod = queue.First.Pod;
                _pending.Remove(pod.Metadata.Uid!);
                _assumed.Add(pod.Metadata.Uid!);
                Decided?.Invoke(pod, place.Node.Name);
                _cache.Place(pod, place.Node.Name);
                Go(BindAsync(pod, queue.Shape, place.Node.Name));
                break;
            case Verdict.Refused refused:
                PendingPods.Refuse(queue, refused.Message, _cache.Version, _time.GetUtcNow());
                foreach (var pending in queue.Waiting.Values)
                    Tell(pending, refused.Message);
                if (refused.Nominated is { } node)
                    Go(PreemptAsync(queue.First.Pod, node.Name, refused.Victims));
                break;
        }
    }

    private async Task BindAsync(Pod pod, PodShape shape, string node)
    {
        if (shape.Volumes.Length > 0 && !await VolumesBoundAsync(shape, node))
        {
            Forget(pod);
            return;
        }
        var (ns, name) = (pod.Metadata.Namespace!, pod.Metadata.Name!);
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["uid"] = pod.Metadata.Uid,
            },
            ["target"] = new JsonObject { ["kind"] = "Node", ["name"] = node },
        };
        var request = new KubeRequest(
            "POST",
            ResourcePath.Of(Pod.Resource, ns, name, "binding"),
            System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()),
            "application/json"
        );
        var reply = await _client.SendAsync(request, _cancel);
        if (reply.IsOk)
            _events.Tell(pod, "Normal", "Scheduled", $"Successfully assigned {ns}/{name} to {node}", Name);
        else if (_assumed.Contains(pod.Metadata.Uid!))
        {
            // The reply may have been lost after the fact: what the informer says then wins over this.
            Forget(pod);
        }
    }

    /// <summary>
    /// Claims that wait for their first consumer learn the node; the pod is bound once they all have a volume.
    /// </summary>
    private async Task<bool> VolumesBoundAsync(PodShape shape, string node)
    {
        foreach (var mount in shape.Volumes)
        {
            if (_claims.Get(shape.Namespace, mount.Claim) is not { } claim || !_cache.Volumes.Waits(claim))
                continue;
            var patch = Patch.Merge(
                new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["annotations"] = new JsonObject { [VolumeBinder.SelectedNode] = node },
                    },
                }
            );
            await _client.PatchAsync<PersistentVolumeClaim>(shape.Namespace, mount.Claim, patch, _cancel);
        }
        var deadline = _time.GetUtcNow() + VolumeWait;
        while (
            shape.Volumes.Any(mount => string.IsNullOrEmpty(_claims.Get(shape.Namespace, mount.Claim)?.Spec.VolumeName))
        )
        {
            if (_time.GetUtcNow() >= deadline)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(500), _time, _cancel);
        }
        return true;
    }

    private async Task PreemptAsync(Pod pod, string node, IReadOnlyList<PlacedPod> victims)
    {
        foreach (var victim in victims)
        {
            _events.Tell(
                victim.Pod,
                "Normal",
                "Preempted",
                $"Preempted by pod {pod.Metadata.Uid} on node {node}",
                Name
            );
            await _client.DeleteAsync<Pod>(victim.Pod.Metadata.Namespace, victim.Pod.Metadata.Name!, null, _cancel);
        }
        await _client.PatchStatusAsync<Pod>(
            pod.Metadata.Namespace,
            pod.Metadata.Name!,
            Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["nominatedNodeName"] = node } }),
            _cancel
        );
    }

    private void Forget(Pod pod)
    {
        var uid = pod.Metadata.Uid!;
        if (!_assumed.Remove(uid))
            return;
        Decided?.Invoke(pod, null);
        Changed(() => _cache.Remove(uid));
        if (_informers.Of<Pod>().Get(pod.Metadata.Namespace, pod.Metadata.Name!) is { } now && now.Metadata.Uid == uid)
            OnPod(new StoreChange<Pod>(pod, now));
    }

    private void Tell(PendingPod pending, string message)
    {
        var now = _time.GetUtcNow();
        if (
            pending.Told is { } told
            && (told == message || (now - pending.ToldAt < RetellAfter && SaysTheSame(told, message)))
        )
            return;
        (pending.Told, pending.ToldAt) = (message, now);
        Tell(pending.Pod, "Unschedulable", message);
        _events.Tell(pending.Pod, "Warning", "FailedScheduling", message, Name);
    }

    private void Tell(Pod pod, string reason, string message)
    {
        var said = pod.Status.Conditions.FirstOrDefault(condition => condition.Type == "PodScheduled");
        if (said is { Status: "False" } && said.Reason == reason && said.Message == message)
            return;
        // A pod that waits has no other writer of conditions, so the whole list is ours to replace.
        var conditions = pod.Status.Conditions.With("PodScheduled", "False", reason, message, _time.GetUtcNow());
        var list = JsonSerializer.SerializeToNode(
            new PodStatus { Conditions = conditions },
            ApiJson.TypeOf<PodStatus>()
        );
        Go(
            _client
                .PatchStatusAsync<Pod>(
                    pod.Metadata.Namespace,
                    pod.Metadata.Name!,
                    Patch.Merge(new JsonObject { ["status"] = list }),
                    _cancel
                )
                .AsTask()
        );
    }

    private bool IsProtected(Pod pod) =>
        _budgets.All.Any(budget =>
            budget.Metadata.Namespace == pod.Metadata.Namespace
            && budget.Status.DisruptionsAllowed <= 0
            && Matching.Labels(budget.Spec.Selector, pod.Metadata.Labels)
        );

    private static void Go(Task work) => Background.Watch(work);

    /// <summary>Equal but for the numbers.</summary>
    private static bool SaysTheSame(string a, string b)
    {
        var (i, j) = (0, 0);
        while (true)
        {
            while (i < a.Length && char.IsAsciiDigit(a[i]))
                i++;
            while (j < b.Length && char.IsAsciiDigit(b[j]))
                j++;
            if (i == a.Length || j == b.Length)
                return i == a.Length && j == b.Length;
            if (a[i++] != b[j++])
                return false;
        }
    }

    /// <summary>Heartbeats change nothing for pods.</summary>
    private static bool SameForScheduling(Node a, Node b) =>
        a.Spec.Unschedulable == b.Spec.Unschedulable
        && a.Spec.Taints.SequenceEqual(b.Spec.Taints)
        && a.Status.Allocatable.Equals(b.Status.Allocatable)
        && a.Metadata.Labels.Count == b.Metadata.Labels.Count
        && a.Metadata.Labels.All(pair => b.Metadata.Labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
