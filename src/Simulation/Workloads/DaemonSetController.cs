using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Scheduler;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// One pod on every node that takes it; the scheduler binds it through an affinity to the node's name.
/// </summary>
internal sealed class DaemonSetController(Informers informers, PodControl pods, TimeProvider time)
    : IReconciler<ObjectKey>
{
    private const string Name = "daemonset-controller";
    private const string RevisionLabel = "controller-revision-hash";

    /// <summary>What daemon pods put up with, so that a sick or cordoned node keeps them.</summary>
    private static readonly Toleration[] Given =
    [
        Puts("node.kubernetes.io/not-ready", "NoExecute"),
        Puts("node.kubernetes.io/unreachable", "NoExecute"),
        Puts("node.kubernetes.io/disk-pressure", "NoSchedule"),
        Puts("node.kubernetes.io/memory-pressure", "NoSchedule"),
        Puts("node.kubernetes.io/pid-pressure", "NoSchedule"),
        Puts("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    private readonly Informer<DaemonSet> _sets = informers.Of<DaemonSet>();
    private readonly Informer<Node> _nodes = informers.Of<Node>();

    /// <summary>Verdicts by set and node, as long as neither changed: every reconcile asks about every node.</summary>
    private readonly Dictionary<
        (string Set, string Node),
        (long? Generation, Node Node, bool Should, bool Stays)
    > _verdicts = [];

    public static void AddTo(ControllerHost host, PodControl pods, TimeProvider time)
    {
        var sets = host.Informers.Of<DaemonSet>();
        host.Add(
            new ControllerOptions { Name = "daemonset", Workers = 2 },
            new DaemonSetController(host.Informers, pods, time),
            Source.Of(sets),
            Owners.Of(host.Informers.Of<Pod>(), "DaemonSet"),
            Source.Of<Node, ObjectKey>(
                host.Informers.Of<Node>(),
                change => Matters(change) ? sets.All.Select(set => ObjectKey.Of(set)) : []
            )
        );
    }

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_sets.Get(key.Namespace, key.Name) is not { } set || set.Metadata.IsDeleting)
            return Requeue.Never;
        var revision = Templates.Hash(set.Spec.Template, set.Status.CollisionCount ?? 0);
        var byNode = new SortedDictionary<string, List<Pod>>(StringComparer.Ordinal);
        foreach (var pod in pods.Of(set))
            if (TargetOf(pod) is { } node)
            {
                if (!byNode.TryGetValue(node, out var there))
                    byNode[node] = there = [];
                there.Add(pod);
            }
        if (pods.IsSettled(set))
            await SyncAsync(set, byNode, revision, cancel);
        return await ReportAsync(set, byNode, revision, cancel);
    }

    private async ValueTask SyncAsync(
        DaemonSet set,
        SortedDictionary<string, List<Pod>> byNode,
        string revision,
        CancellationToken cancel
    )
    {
        foreach (var node in _nodes.All)
        {
            var (should, stays) = Wants(set, node);
            var there = byNode.GetValueOrDefault(node.Metadata.Name!) ?? [];
            if (should && there.Count == 0)
                await MakeAsync(set, node, revision, cancel);
            foreach (var pod in there)
                if (pod.Status.Phase == "Failed" || !stays)
                    await pods.DeleteAsync(set, pod, Name, cancel);
            var extras = there
                .Where(pod => pod.IsActive())
                .OrderBy(pod => pod.Metadata.CreationTimestamp)
                .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
                .Skip(1);
            foreach (var extra in extras)
                await pods.DeleteAsync(set, extra, Name, cancel);
        }
        foreach (var (node, there) in byNode)
            if (_nodes.Get(null, node) is null)
            {
                _verdicts.Remove((set.Metadata.Uid!, node));
                foreach (var pod in there)
                    await pods.DeleteAsync(set, pod, Name, cancel);
            }
        if (set.Spec.UpdateStrategy?.Type != "OnDelete")
            await RenewAsync(set, byNode, revision, cancel);
    }

    private async ValueTask RenewAsync(
        DaemonSet set,
        SortedDictionary<string, List<Pod>> byNode,
        string revision,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var wanted = _nodes.All.Count(node => Wants(set, node).Should);
        var allowed = Math.Max(
            1,
            set.Spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable?.Scaled(wanted, roundUp: true) ?? 1
        );
        var unavailable = _nodes.All.Count(node =>
            Wants(set, node).Should
            && byNode
                .GetValueOrDefault(node.Metadata.Name!)
                ?.Exists(pod => pod.IsActive() && pod.IsAvailable(set.Spec.MinReadySeconds, now)) != true
        );
        var old = byNode
            .Values.SelectMany(there => there)
            .Where(pod => pod.IsActive() && pod.Metadata.Labels.GetValueOrDefault(RevisionLabel) != revision);
        foreach (
            var pod in old.OrderBy(pod => pod.IsAvailable(set.Spec.MinReadySeconds, now))
                .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
                .ToList()
        )
        {
            var available = pod.IsAvailable(set.Spec.MinReadySeconds, now);
            if (available && unavailable >= allowed)
                return;
            if (available)
                unavailable++;
            await pods.DeleteAsync(set, pod, Name, cancel);
        }
    }

    private async ValueTask MakeAsync(DaemonSet set, Node node, string revision, CancellationToken cancel)
    {
        var pod = Templates.PodOf(
            Templates.WithLabel(set.Spec.Template, RevisionLabel, revision),
            null,
            $"{set.Metadata.Name}-"
        );
        var here = new NodeSelectorTerm
        {
            MatchFields =
            [
                new NodeSelectorRequirement
                {
                    Key = "metadata.name",
                    Operator = "In",
                    Values = [node.Metadata.Name!],
                },
            ],
        };
        var affinity = pod.Spec.Affinity ?? new Affinity();
        var nodeAffinity = affinity.NodeAffinity ?? new NodeAffinity();
        var terms = nodeAffinity.Required?.NodeSelectorTerms ?? [];
        nodeAffinity = nodeAffinity with
        {
            Required = new NodeSelector
            {
                NodeSelectorTerms =
                    terms.Count == 0 ? [here] : [.. terms.Select(term => term with { MatchFields = here.MatchFields })],
            },
        };
        await pods.CreateAsync(
            set,
            pod with
            {
                Spec = pod.Spec with
                {
                    Affinity = affinity with { NodeAffinity = nodeAffinity },
                    Tolerations = Tolerations(pod.Spec),
                },
            },
            Name,
            cancel
        );
    }

    /// <summary>Whether the set should start a pod on the node, and whether one that runs there may stay.</summary>
    private (bool Should, bool Stays) Wants(DaemonSet set, Node node)
    {
        var key = (set.Metadata.Uid!, node.Metadata.Name!);
        if (
            _verdicts.TryGetValue(key, out var known)
            && ReferenceEquals(known.Node, node)
            && known.Generation == set.Metadata.Generation
        )
            return (known.Should, known.Stays);
        var (should, stays) = Judge(set, node);
        _verdicts[key] = (set.Metadata.Generation, node, should, stays);
        return (should, stays);
    }

    private static (bool Should, bool Stays) Judge(DaemonSet set, Node node)
    {
        var spec = set.Spec.Template.Spec;
        if (!string.IsNullOrEmpty(spec.NodeName) && spec.NodeName != node.Metadata.Name)
            return (false, false);
        if (!Matching.NodeAffinity(spec, node))
            return (false, false);
        var tolerations = Tolerations(spec);
        if (Matching.Untolerated(node.Spec.Taints, tolerations) is null)
            return (true, true);
        return (
            false,
            Matching.Untolerated([.. node.Spec.Taints.Where(taint => taint.Effect == "NoExecute")], tolerations) is null
        );
    }

    private static Toleration[] Tolerations(PodSpec spec) =>
        spec.HostNetwork == true
            ? [.. spec.Tolerations, .. Given, Puts("node.kubernetes.io/network-unavailable", "NoSchedule")]
            : [.. spec.Tolerations, .. Given];

    private static Toleration Puts(string key, string effect) =>
        new()
        {
            Key = key,
            Operator = "Exists",
            Effect = effect,
        };

    private static string? TargetOf(Pod pod)
    {
        if (pod.IsAssigned())
            return pod.Spec.NodeName;
        foreach (var term in pod.Spec.Affinity?.NodeAffinity?.Required?.NodeSelectorTerms ?? [])
        foreach (var field in term.MatchFields)
            if (field is { Key: "metadata.name", Values: [var name] })
                return name;
        return null;
    }

    private async ValueTask<Requeue> ReportAsync(
        DaemonSet set,
        SortedDictionary<string, List<Pod>> byNode,
        string revision,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var (desired, current, wrong, ready, available, updated) = (0, 0, 0, 0, 0, 0);
        foreach (var node in _nodes.All)
        {
            var should = Wants(set, node).Should;
            var pod = byNode.GetValueOrDefault(node.Metadata.Name!)?.Find(pod => pod.IsActive());
            if (should)
                desired++;
            if (pod is null)
                continue;
            if (!should)
            {
                wrong++;
                continue;
            }
            current++;
            if (pod.IsReady())
                ready++;
            if (pod.IsAvailable(set.Spec.MinReadySeconds, now))
                available++;
            if (pod.Metadata.Labels.GetValueOrDefault(RevisionLabel) == revision)
                updated++;
        }
        var status = set.Status with
        {
            DesiredNumberScheduled = desired,
            CurrentNumberScheduled = current,
            NumberMisscheduled = wrong,
            NumberReady = ready,
            NumberAvailable = available == 0 ? null : available,
            NumberUnavailable = desired == available ? null : desired - available,
            UpdatedNumberScheduled = updated == 0 ? null : updated,
            ObservedGeneration = set.Metadata.Generation,
        };
        if (ApiJson.WriteText(status) != ApiJson.WriteText(set.Status))
        {
            var written = await informers.Client.UpdateStatusAsync(set with { Status = status }, cancel);
            if (!written.IsOk && !written.IsNotFound)
                throw new KubeException(written.Error);
        }
        return available < ready ? Requeue.In(TimeSpan.FromSeconds(1)) : Requeue.Never;
    }

    private static bool Matters(StoreChange<Node> change) =>
        change.Old is not { } old
        || change.New is not { } now
        || !old.Spec.Taints.SequenceEqual(now.Spec.Taints)
        || old.Metadata.Labels.Count != now.Metadata.Labels.Count
        || old.Metadata.Labels.Any(pair => now.Metadata.Labels.GetValueOrDefault(pair.Key) != pair.Value);
}
