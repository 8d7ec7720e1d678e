using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Api.Policy;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Simulation.Scheduler;

namespace Tenon.Simulation.Workloads;

/// <summary>Keeps the numbers of disruption budgets, on which the eviction API decides.</summary>
internal sealed class DisruptionBudgetController(Informers informers, TimeProvider time) : IReconciler<ObjectKey>
{
    /// <summary>
    /// An eviction that was allowed but whose pod lives on stops counting after this time, as upstream.
    /// </summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);

    private readonly Informer<PodDisruptionBudget> _budgets = informers.Of<PodDisruptionBudget>();
    private readonly Informer<Pod> _pods = informers.Of<Pod>();
    private readonly Informer<ReplicaSet> _replicaSets = informers.Of<ReplicaSet>();
    private readonly Informer<Deployment> _deployments = informers.Of<Deployment>();
    private readonly Informer<StatefulSet> _statefulSets = informers.Of<StatefulSet>();

    public static void AddTo(ControllerHost host, TimeProvider time)
    {
        var budgets = host.Informers.Of<PodDisruptionBudget>();
        host.Informers.Of<Pod>().AddIndex("namespace", pod => [pod.Metadata.Namespace ?? ""]);
        host.Add(
            new ControllerOptions { Name = "disruption" },
            new DisruptionBudgetController(host.Informers, time),
            Source.Of(budgets),
            Source.Of<Pod, ObjectKey>(
                host.Informers.Of<Pod>(),
                change => Matters(change) ? Of(budgets, change.Item) : []
            )
        );
    }

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_budgets.Get(key.Namespace, key.Name) is not { } budget)
            return Requeue.Never;
        var now = time.GetUtcNow();
        var selected = _pods
            .ByIndex("namespace", key.Namespace!)
            .Where(pod => !pod.IsFinished() && Matching.Labels(budget.Spec.Selector, pod.Metadata.Labels))
            .ToList();
        var (expected, desired) = Wanted(budget, selected);
        var disrupted = new SortedDictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var (name, at) in budget.Status.DisruptedPods)
            if (at + Forgotten > now && selected.Exists(pod => pod.Metadata.Name == name && !pod.Metadata.IsDeleting))
                disrupted[name] = at;
        var healthy = selected.Count(pod =>
            !pod.Metadata.IsDeleting && pod.IsReady() && !disrupted.ContainsKey(pod.Metadata.Name!)
        );
        var allowed = expected > 0 ? Math.Max(0, healthy - desired) : 0;
        var status = budget.Status with
        {
            ObservedGeneration = budget.Metadata.Generation,
            CurrentHealthy = healthy,
            DesiredHealthy = desired,
            ExpectedPods = expected,
            DisruptionsAllowed = allowed,
            DisruptedPods = disrupted,
            Conditions = budget.Status.Conditions.With(
                "DisruptionAllowed",
                allowed > 0 ? "True" : "False",
                allowed > 0 ? "SufficientPods" : "InsufficientPods",
                "",
                now
            ),
        };
        if (ApiJson.WriteText(status) != ApiJson.WriteText(budget.Status))
        {
            var written = await informers.Client.UpdateStatusAsync(budget with { Status = status }, cancel);
            if (!written.IsOk && !written.IsNotFound)
                throw new KubeException(written.Error);
        }
        return disrupted.Count > 0 ? Requeue.In(disrupted.Values.Min() + Forgotten - now) : Requeue.Never;
    }

    /// <summary>How many pods there should be, and how many of them must stay healthy.</summary>
    private (int Expected, int Desired) Wanted(PodDisruptionBudget budget, List<Pod> selected)
    {
        if (budget.Spec.MaxUnavailable is { } maximum)
        {
            var expected = ByScale(selected);
            return (expected, Math.Max(0, expected - (maximum.Scaled(expected, roundUp: true) ?? 0)));
        }
        if (budget.Spec.MinAvailable is not { } minimum)
            return (selected.Count, 0);
        if (minimum.Number is { } number)
            return (selected.Count, number);
        var scale = ByScale(selected);
        return (scale, minimum.Scaled(scale, roundUp: true) ?? 0);
    }

    /// <summary>The sum of what the pods' controllers want; pods without one count as themselves.</summary>
    private int ByScale(List<Pod> selected)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var sum = 0;
        foreach (var pod in selected)
        {
            if (pod.Metadata.Controller() is not { } owner)
                continue;
            var ns = pod.Metadata.Namespace;
            var (uid, replicas) = (owner.Uid, (int?)null);
            if (owner.Kind == "ReplicaSet" && _replicaSets.Get(ns, owner.Name) is { } set)
            {
                replicas = set.Spec.Replicas ?? 1;
                if (
                    set.Metadata.Controller() is { Kind: "Deployment" } parent
                    && _deployments.Get(ns, parent.Name) is { } deployment
                )
                    (uid, replicas) = (parent.Uid, deployment.Spec.Replicas ?? 1);
            }
            else if (owner.Kind == "StatefulSet" && _statefulSets.Get(ns, owner.Name) is { } stateful)
                replicas = stateful.Spec.Replicas ?? 1;
            if (replicas is { } wanted && seen.Add(uid))
                sum += wanted;
        }
        return sum;
    }

    private static bool Matters(StoreChange<Pod> change) =>
        change.Old is not { } old
        || change.New is not { } now
        || old.IsReady() != now.IsReady()
        || old.IsFinished() != now.IsFinished()
        || old.Metadata.IsDeleting != now.Metadata.IsDeleting
        || old.Metadata.Labels.Count != now.Metadata.Labels.Count;

    private static IEnumerable<ObjectKey> Of(Informer<PodDisruptionBudget> budgets, Pod pod)
    {
        foreach (var budget in budgets.All)
            if (
                budget.Metadata.Namespace == pod.Metadata.Namespace
                && Matching.Labels(budget.Spec.Selector, pod.Metadata.Labels)
            )
                yield return ObjectKey.Of(budget);
    }
}
