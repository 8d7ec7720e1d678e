using System.Globalization;
using Tenon.Api.Apps;
using Tenon.Api.Core;
using Tenon.Api.Json;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;

namespace Tenon.Simulation.Workloads;

/// <summary>
/// Rolls pod templates out over replica sets: rolling or by recreation, with revisions, pauses and progress.
/// </summary>
internal sealed class DeploymentController(
    Informers informers,
    PodControl pods,
    ClusterEvents events,
    TimeProvider time
) : IReconciler<ObjectKey>
{
    private const string Name = "deployment-controller";
    private const string BySet = "owner";
    public const string Revision = "deployment.kubernetes.io/revision";
    private const string Desired = "deployment.kubernetes.io/desired-replicas";
    private const string Most = "deployment.kubernetes.io/max-replicas";

    private readonly KubeClient _client = informers.Client;
    private readonly Informer<Deployment> _deployments = informers.Of<Deployment>();
    private readonly Informer<ReplicaSet> _sets = informers
        .Of<ReplicaSet>()
        .AddIndex(BySet, set => set.Metadata.Controller() is { } owner ? [owner.Uid] : []);

    /// <summary>
    /// The newest version of each replica set this controller wrote: the informer may still show an older one.
    /// </summary>
    private readonly Dictionary<string, ReplicaSet> _written = new(StringComparer.Ordinal);

    public static void AddTo(ControllerHost host, PodControl pods, ClusterEvents events, TimeProvider time) =>
        host.Add(
            new ControllerOptions { Name = "deployment", Workers = 5 },
            new DeploymentController(host.Informers, pods, events, time),
            Source.Of(host.Informers.Of<Deployment>()),
            Owners.Of(host.Informers.Of<ReplicaSet>(), "Deployment")
        );

    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_deployments.Get(key.Namespace, key.Name) is not { } deployment || deployment.Metadata.IsDeleting)
            return Requeue.Never;
        var sets = SetsOf(deployment);
        var current = sets.Find(set => Templates.Same(set.Spec.Template, deployment.Spec.Template));
        if (deployment.Spec.Paused != true)
        {
            current = await CurrentAsync(deployment, sets, current, cancel);
            if (current is null)
                return Requeue.In(TimeSpan.FromSeconds(1));
            sets = SetsOf(deployment);
        }
        if (deployment.Spec.Paused == true || IsScaling(deployment, sets))
            await Proportionally(deployment, sets, cancel);
        else if (deployment.Spec.Strategy?.Type == "Recreate")
            await RecreateAsync(deployment, sets, current!, cancel);
        else
            await RollAsync(deployment, sets, current!, cancel);
        sets = SetsOf(deployment);
        await CleanUpAsync(deployment, sets, current, cancel);
        return await ReportAsync(deployment, sets, current, cancel);
    }

    private List<ReplicaSet> SetsOf(Deployment deployment)
    {
        var sets = new List<ReplicaSet>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in _sets.ByIndex(BySet, deployment.Metadata.Uid!))
            Add(set);
        foreach (var (_, set) in _written.ToList())
            if (set.Metadata.Controller()?.Uid == deployment.Metadata.Uid)
                Add(set);
        return
        [
            .. sets.OrderBy(set => set.Metadata.CreationTimestamp)
                .ThenBy(set => set.Metadata.Name, StringComparer.Ordinal),
        ];

        void Add(ReplicaSet set)
        {
            if (!seen.Add(set.Metadata.Uid!))
                return;
            if (_written.TryGetValue(set.Metadata.Uid!, out var newer))
            {
                var shown = _sets.Get(set.Metadata.Namespace, set.Metadata.Name!);
                if (shown is not null && (shown.Metadata.Generation ?? 0) >= (newer.Metadata.Generation ?? 0))
                    _written.Remove(set.Metadata.Uid!);
                else
                    set = newer;
            }
            sets.Add(set);
        }
    }

    /// <summary>The replica set of today's template: found, or made, with the newest revision on it.</summary>
    private async ValueTask<ReplicaSet?> CurrentAsync(
        Deployment deployment,
        List<ReplicaSet> sets,
        ReplicaSet? current,
        CancellationToken cancel
    )
    {
        var newest =
            sets.Where(set => set.Metadata.Uid != current?.Metadata.Uid).Select(RevisionOf).DefaultIfEmpty(0).Max() + 1;
        if (current is null)
        {
            current = await MakeAsync(deployment, sets, newest, cancel);
            if (current is null)
                return null;
        }
        else if (RevisionOf(current) < newest)
        {
            var moved = Templates.With(
                current.Metadata.Annotations,
                Revision,
                newest.ToString(CultureInfo.InvariantCulture)
            );
            var updated = await _client.UpdateAsync(
                current with
                {
                    Metadata = current.Metadata with { Annotations = moved },
                },
                cancel
            );
            Remember(current = updated.OrThrow());
        }
        var revision = RevisionOf(current).ToString(CultureInfo.InvariantCulture);
        if (deployment.Metadata.Annotations.GetValueOrDefault(Revision) != revision)
        {
            var marked = deployment with
            {
                Metadata = deployment.Metadata with
                {
                    Annotations = Templates.With(deployment.Metadata.Annotations, Revision, revision),
                },
            };
            (await _client.UpdateAsync(marked, cancel)).OrThrow();
        }
        return current;
    }

    private async ValueTask<ReplicaSet?> MakeAsync(
        Deployment deployment,
        List<ReplicaSet> sets,
        long revision,
        CancellationToken cancel
    )
    {
        var hash = Templates.Hash(deployment.Spec.Template, deployment.Status.CollisionCount ?? 0);
        var wanted = deployment.Spec.Replicas ?? 1;
        var recreates = deployment.Spec.Strategy?.Type == "Recreate";
        var others = sets.Sum(set => set.Spec.Replicas ?? 0);
        var first = recreates
            ? (others > 0 ? 0 : wanted)
            : Math.Max(0, Math.Min(wanted, wanted + Surge(deployment) - others));
        var made = await _client.CreateAsync(
            new ReplicaSet
            {
                Metadata = new ObjectMeta
                {
                    Name = $"{deployment.Metadata.Name}-{hash}",
                    Namespace = deployment.Metadata.Namespace,
                    Labels = Templates.With(deployment.Spec.Template.Metadata.Labels, Templates.HashLabel, hash),
                    Annotations = Marks(deployment, revision),
                    OwnerReferences = [PodControl.ReferenceTo(deployment)],
                },
                Spec = new ReplicaSetSpec
                {
                    Replicas = first,
                    MinReadySeconds = deployment.Spec.MinReadySeconds,
                    Selector = deployment.Spec.Selector with
                    {
                        MatchLabels = Templates.With(deployment.Spec.Selector.MatchLabels, Templates.HashLabel, hash),
                    },
                    Template = Templates.WithLabel(deployment.Spec.Template, Templates.HashLabel, hash),
                },
            },
            cancel
        );
        if (!made.IsOk)
        {
            // Made by an earlier attempt whose reply was lost; the informer will show it.
            if (made.Is(KubeErrorKind.AlreadyExists))
                return null;
            throw new KubeException(made.Error);
        }
        Remember(made.Value);
        if (first > 0)
            TellScaled(deployment, made.Value, 0, first);
        return made.Value;
    }

    private async ValueTask RecreateAsync(
        Deployment deployment,
        List<ReplicaSet> sets,
        ReplicaSet current,
        CancellationToken cancel
    )
    {
        foreach (var old in sets.Where(set => set.Metadata.Uid != current.Metadata.Uid))
            await ScaleAsync(deployment, old, 0, cancel);
        var oldPods = sets.Where(set => set.Metadata.Uid != current.Metadata.Uid)
            .Any(set => pods.Of(set).Any(pod => !pod.IsFinished()));
        if (!oldPods)
            await ScaleAsync(deployment, current, deployment.Spec.Replicas ?? 1, cancel);
    }

    /// <summary>
    /// One step of a rolling update: grow the new set as far as surge allows, then shrink old ones as availability
    /// allows.
    /// </summary>
    private async ValueTask RollAsync(
        Deployment deployment,
        List<ReplicaSet> sets,
        ReplicaSet current,
        CancellationToken cancel
    )
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var total = sets.Sum(set => set.Spec.Replicas ?? 0);
        var now = current.Spec.Replicas ?? 0;
        if (now > wanted)
            await ScaleAsync(deployment, current, wanted, cancel);
        else if (now < wanted && total < wanted + Surge(deployment))
            await ScaleAsync(deployment, current, Math.Min(wanted, now + wanted + Surge(deployment) - total), cancel);
        if (sets.Exists(set => set.Metadata.Uid != current.Metadata.Uid && set.Spec.Replicas > 0))
            await ShrinkOldAsync(deployment, current, cancel);
    }

    private async ValueTask ShrinkOldAsync(Deployment deployment, ReplicaSet current, CancellationToken cancel)
    {
        var sets = SetsOf(deployment);
        current = sets.Find(set => set.Metadata.Uid == current.Metadata.Uid) ?? current;
        var wanted = deployment.Spec.Replicas ?? 1;
        var least = wanted - Unavailable(deployment);
        var newUnavailable = (current.Spec.Replicas ?? 0) - (current.Status.AvailableReplicas ?? 0);
        var spare = sets.Sum(set => set.Spec.Replicas ?? 0) - least - newUnavailable;
        if (spare <= 0)
            return;
        var old = sets.Where(set => set.Metadata.Uid != current.Metadata.Uid && set.Spec.Replicas > 0).ToList();
        // Pods that do not work are given up first, in every old set.
        var target = old.ToDictionary(set => set.Metadata.Uid!, set => set.Spec.Replicas ?? 0, StringComparer.Ordinal);
        foreach (var set in old)
        {
            var broken = Math.Min(Math.Max(0, (set.Spec.Replicas ?? 0) - (set.Status.AvailableReplicas ?? 0)), spare);
            target[set.Metadata.Uid!] -= broken;
            spare -= broken;
        }
        var surplus = sets.Sum(set => Math.Min(set.Status.AvailableReplicas ?? 0, set.Spec.Replicas ?? 0)) - least;
        foreach (var set in old)
        {
            var give = Math.Max(0, Math.Min(Math.Min(target[set.Metadata.Uid!], surplus), spare));
            target[set.Metadata.Uid!] -= give;
            surplus -= give;
            spare -= give;
        }
        foreach (var set in old)
            await ScaleAsync(deployment, set, target[set.Metadata.Uid!], cancel);
    }

    private static bool IsScaling(Deployment deployment, List<ReplicaSet> sets) =>
        sets.Exists(set =>
            set.Spec.Replicas > 0
            && set.Metadata.Annotations.TryGetValue(Desired, out var text)
            && int.TryParse(text, out var desired)
            && desired != (deployment.Spec.Replicas ?? 1)
        );

    /// <summary>
    /// A change of the wanted count in the middle of a rollout is shared among the sets by their size.
    /// </summary>
    private async ValueTask Proportionally(Deployment deployment, List<ReplicaSet> sets, CancellationToken cancel)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var active = sets.Where(set => set.Spec.Replicas > 0).ToList();
        if (active.Count <= 1)
        {
            if ((active.Count == 1 ? active[0] : sets.LastOrDefault()) is { } only)
                await ScaleAsync(deployment, only, wanted, cancel);
            return;
        }
        var total = active.Sum(set => set.Spec.Replicas ?? 0);
        var allowed = wanted + (deployment.Spec.Strategy?.Type == "Recreate" ? 0 : Surge(deployment));
        var left = allowed - total;
        foreach (
            var set in active
                .OrderByDescending(set => set.Spec.Replicas)
                .ThenBy(set => set.Metadata.Name, StringComparer.Ordinal)
        )
        {
            var share = (int)
                Math.Round((double)(allowed - total) * (set.Spec.Replicas ?? 0) / total, MidpointRounding.AwayFromZero);
            share = left >= 0 ? Math.Clamp(share, 0, left) : Math.Clamp(share, left, 0);
            left -= share;
            await ScaleAsync(deployment, set, Math.Max(0, (set.Spec.Replicas ?? 0) + share), cancel);
        }
        if (left == 0 || SetsOf(deployment).LastOrDefault(set => set.Spec.Replicas > 0) is not { } last)
            return;
        await ScaleAsync(deployment, last, Math.Max(0, (last.Spec.Replicas ?? 0) + left), cancel);
    }

    private async ValueTask ScaleAsync(Deployment deployment, ReplicaSet set, int replicas, CancellationToken cancel)
    {
        var before = set.Spec.Replicas ?? 0;
        var marks = Marks(deployment, RevisionOf(set));
        var marked = set.Metadata.Annotations.GetValueOrDefault(Desired) == marks[Desired];
        if (before == replicas && marked)
            return;
        foreach (var (key, value) in set.Metadata.Annotations)
            marks.TryAdd(key, value);
        var updated = await _client.UpdateAsync(
            set with
            {
                Metadata = set.Metadata with { Annotations = marks },
                Spec = set.Spec with { Replicas = replicas },
            },
            cancel
        );
        Remember(updated.OrThrow());
        if (before != replicas)
            TellScaled(deployment, set, before, replicas);
    }

    /// <summary>Old empty sets are kept for undo, up to the history limit.</summary>
    private async ValueTask CleanUpAsync(
        Deployment deployment,
        List<ReplicaSet> sets,
        ReplicaSet? current,
        CancellationToken cancel
    )
    {
        var keep = deployment.Spec.RevisionHistoryLimit ?? 10;
        var old = sets.Where(set =>
                set.Metadata.Uid != current?.Metadata.Uid
                && set.Spec.Replicas == 0
                && set.Status.Replicas == 0
                && !set.Metadata.IsDeleting
            )
            .OrderBy(RevisionOf)
            .ToList();
        foreach (var set in old.Take(Math.Max(0, old.Count - keep)))
        {
            await _client.DeleteAsync<ReplicaSet>(set.Metadata.Namespace, set.Metadata.Name!, null, cancel);
            _written.Remove(set.Metadata.Uid!);
        }
    }

    private async ValueTask<Requeue> ReportAsync(
        Deployment deployment,
        List<ReplicaSet> sets,
        ReplicaSet? current,
        CancellationToken cancel
    )
    {
        current = sets.Find(set => set.Metadata.Uid == current?.Metadata.Uid);
        var (status, wait) = DeploymentReport.Of(deployment, sets, current, Unavailable(deployment), time.GetUtcNow());
        if (ApiJson.WriteText(status) != ApiJson.WriteText(deployment.Status))
        {
            var shown = _deployments.Get(deployment.Metadata.Namespace, deployment.Metadata.Name!) ?? deployment;
            var written = await _client.UpdateStatusAsync(shown with { Status = status }, cancel);
            if (!written.IsOk && !written.IsNotFound)
                throw new KubeException(written.Error);
        }
        return wait is { } after ? Requeue.In(after) : Requeue.Never;
    }

    private void Remember(ReplicaSet set) => _written[set.Metadata.Uid!] = set;

    private void TellScaled(Deployment deployment, ReplicaSet set, int from, int to) =>
        events.Tell(
            deployment,
            "Normal",
            "ScalingReplicaSet",
            from == 0
                ? $"Scaled up replica set {set.Metadata.Name} from 0 to {to}"
                : $"Scaled {(to > from ? "up" : "down")} replica set {set.Metadata.Name} from {from} to {to}",
            Name
        );

    private static SortedDictionary<string, string> Marks(Deployment deployment, long revision)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Revision] = revision.ToString(CultureInfo.InvariantCulture),
            [Desired] = wanted.ToString(CultureInfo.InvariantCulture),
            [Most] = (wanted + Surge(deployment)).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static long RevisionOf(ReplicaSet set) =>
        long.TryParse(set.Metadata.Annotations.GetValueOrDefault(Revision), out var revision) ? revision : 0;

    private static int Surge(Deployment deployment) =>
        deployment.Spec.Strategy?.Type == "Recreate" ? 0 : Limits(deployment).Surge;

    private static int Unavailable(Deployment deployment) =>
        deployment.Spec.Strategy?.Type == "Recreate" ? 0 : Limits(deployment).Unavailable;

    /// <summary>
    /// Percentages: surge rounds up, unavailable rounds down; both zero would stand still, so one may be unavailable.
    /// </summary>
    private static (int Surge, int Unavailable) Limits(Deployment deployment)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var rolling = deployment.Spec.Strategy?.RollingUpdate;
        var quarter = IntOrString.FromText("25%");
        var surge = (rolling?.MaxSurge ?? quarter).Scaled(wanted, roundUp: true) ?? 0;
        var unavailable = (rolling?.MaxUnavailable ?? quarter).Scaled(wanted, roundUp: false) ?? 0;
        return (surge, Math.Min(wanted, surge == 0 && unavailable == 0 ? 1 : unavailable));
    }
}
