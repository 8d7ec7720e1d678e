using Tenon.Api;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Storage;
using Tenon.Cli.Planning;
using Tenon.Dashboard;
using Tenon.Insight.Cost;
using Tenon.Kube.Client.Requests;
using Tenon.Scheduling;

namespace Tenon.Cli.Up;

/// <summary>
/// Looks at a box from outside, makes a view of it, and answers two questions with the engine itself: what could the
/// same pods cost at best, and which of the waiting pods could have a machine.
/// </summary>
sealed class BoxWatch(LiveBox box)
{
    /// <summary>Life's time between two computations of the bound: it takes a processor for a moment.</summary>
    static readonly TimeSpan BoundEvery = TimeSpan.FromSeconds(10);

    volatile DashboardView? _latest;
    long _boundAt;
    (int Total, int Bound) _boundFor = (-1, -1);
    decimal? _bound;

    /// <summary>Read by the page's threads.</summary>
    public DashboardView? Latest => _latest;

    public async Task<DashboardView> LookAsync(bool withBound)
    {
        var moment = await box.LookAsync();
        var tally = PodTally.Of(moment.Pods);
        if (withBound)
            await RenewBoundAsync(moment, tally);
        var view = new DashboardView
        {
            Now = moment.Now,
            Speed = box.Speed,
            Prices =
                $"Catalogue {box.Catalogue.Name}. On-demand: {box.Catalogue.OnDemandPrices}. Spot: {box.Catalogue.SpotPrices}.",
            Bill = ClusterBill.Of(moment.Nodes, moment.Pods, ClusterBill.PriceLabel),
            Pods = tally,
            NodeClaims = moment.Claims.Length,
            Bound = _bound,
            Pending =
            [
                .. Waiting(moment)
                    .Take(DashboardView.MostPending)
                    .Select(pod => new PendingPod(PlanAnswer.PodName(pod), Reason(pod))),
            ],
            Decisions = box.Decisions(DashboardView.MostDecisions),
        };
        _latest = view;
        return view;
    }

    /// <summary>Forgets when the bound was computed, so that the next look computes it.</summary>
    public void AskForBound() => _boundFor = (-1, -1);

    /// <summary>
    /// Pods without a node that could have one: on a node that is there, or on a machine that the pools may still buy.
    /// </summary>
    public async Task<int> UnplacedAsync()
    {
        var moment = await box.LookAsync();
        var waiting = Waiting(moment).ToList();
        if (waiting.Count == 0)
            return 0;
        var question = PlanQuestion.From(
            [.. await RulesAsync(), .. moment.Nodes, .. moment.Pods],
            box.Catalogue,
            moment.Now
        );
        var result = Scheduler.Schedule(question, SolveLimits.Greedy);
        // A pod that must wait for a reservation to settle is not refused for good.
        var hopeless = result.Refusals.Where(refusal => !refusal.IsReservedOffering);
        return waiting.Count - hopeless.Count();
    }

    static IEnumerable<Pod> Waiting(BoxMoment moment) =>
        moment.Pods.Where(pod =>
            PodTally.Wanted(pod)
            && string.IsNullOrEmpty(pod.Spec.NodeName)
            && pod.Metadata.OwnerReferences.All(owner => owner.Kind != "DaemonSet")
        );

    static string Reason(Pod pod) =>
        pod.Status.Conditions.FirstOrDefault(condition => condition.Type == "PodScheduled")?.Message
            is { Length: > 0 } message
            ? message
            : "not looked at yet";

    async Task RenewBoundAsync(BoxMoment moment, PodTally tally)
    {
        var same = _boundFor == (tally.Total, tally.Bound);
        if (
            same || (_boundAt != 0 && _boundFor.Total >= 0 && TimeProvider.System.GetElapsedTime(_boundAt) < BoundEvery)
        )
            return;
        _boundAt = TimeProvider.System.GetTimestamp();
        _boundFor = (tally.Total, tally.Bound);
        // The same pods, as if nothing had been bought yet.
        var free = moment
            .Pods.Where(PodTally.Wanted)
            .Where(pod => pod.Metadata.OwnerReferences.All(owner => owner.Kind != "DaemonSet"))
            .Select(pod => pod with { Spec = pod.Spec with { NodeName = null } });
        var question = PlanQuestion.From([.. await RulesAsync(), .. free], box.Catalogue, moment.Now);
        var bound = Scheduler.Schedule(question, SolveLimits.Best).Bound;
        _bound = bound.Micros > 0 ? bound.Dollars : null;
    }

    /// <summary>Everything that binds a plan besides pods and nodes.</summary>
    async Task<List<IKubeObject>> RulesAsync()
    {
        var rules = new List<IKubeObject>();
        await AddAsync<NodePool>(rules);
        await AddAsync<Api.Apps.DaemonSet>(rules);
        await AddAsync<PersistentVolumeClaim>(rules);
        await AddAsync<PersistentVolume>(rules);
        await AddAsync<StorageClass>(rules);
        await AddAsync<Namespace>(rules);
        return rules;
    }

    async Task AddAsync<T>(List<IKubeObject> rules)
        where T : class, IKubeObject<T> =>
        rules.AddRange(
            (await box.AskAsync(kube => kube.ListAsync<T>(ListOptions.All, CancellationToken.None))).OrThrow().Items
        );
}
