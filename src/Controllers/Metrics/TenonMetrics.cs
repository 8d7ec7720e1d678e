using System.Diagnostics.Metrics;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Disruption;
using Tenon.Disruption.Scoring;

namespace Tenon.Controllers.Metrics;

/// <summary>
/// The counters and histograms of the controllers, under upstream's names: people's dashboards read them. Labels are
/// pools, reasons and types, never pods.
/// </summary>
internal sealed class TenonMetrics(Meter meter)
{
    private static readonly double[] Durations =
    [
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.15,
        0.2,
        0.25,
        0.3,
        0.35,
        0.4,
        0.45,
        0.5,
        0.6,
        0.7,
        0.8,
        0.9,
        1,
        1.25,
        1.5,
        1.75,
        2,
        2.5,
        3,
        3.5,
        4,
        4.5,
        5,
        6,
        7,
        8,
        9,
        10,
        15,
        20,
        25,
        30,
        40,
        50,
        60,
        120,
        150,
        300,
        450,
        600,
    ];
    private static readonly double[] Doublings = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
    private static readonly double[] LongDoublings = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];
    private static readonly double[] Lifetimes =
    [
        900,
        1800,
        2700,
        3600,
        7200,
        14400,
        21600,
        28800,
        36000,
        43200,
        57600,
        72000,
        86400,
        172800,
        259200,
        432000,
        864000,
        1296000,
        1728000,
        2160000,
        2592000,
    ];

    private readonly Counter<long> _claimsCreated = meter.CreateCounter<long>("karpenter_nodeclaims_created_total");
    private readonly Counter<long> _claimsTerminated = meter.CreateCounter<long>(
        "karpenter_nodeclaims_terminated_total"
    );
    private readonly Counter<long> _claimsDisrupted = meter.CreateCounter<long>("karpenter_nodeclaims_disrupted_total");
    private readonly Counter<long> _podsDisrupted = meter.CreateCounter<long>(
        "karpenter_pods_disruption_initiated_total"
    );
    private readonly Counter<long> _unhealthyDisrupted = meter.CreateCounter<long>(
        "karpenter_nodeclaims_unhealthy_disrupted_total"
    );
    private readonly Histogram<double> _claimTermination = Of(
        meter,
        "karpenter_nodeclaims_termination_duration_seconds",
        LongDoublings
    );
    private readonly Histogram<double> _instanceTermination = Of(
        meter,
        "karpenter_nodeclaims_instance_termination_duration_seconds",
        Doublings
    );
    private readonly Counter<long> _nodesCreated = meter.CreateCounter<long>("karpenter_nodes_created_total");
    private readonly Counter<long> _nodesTerminated = meter.CreateCounter<long>("karpenter_nodes_terminated_total");
    private readonly Counter<long> _nodesDrained = meter.CreateCounter<long>("karpenter_nodes_drained_total");
    private readonly Histogram<double> _nodeTermination = meter.CreateHistogram<double>(
        "karpenter_nodes_termination_duration_seconds",
        "s"
    );
    private readonly Histogram<double> _nodeLifetime = Of(
        meter,
        "karpenter_nodes_lifetime_duration_seconds",
        Lifetimes
    );
    private readonly Counter<long> _evictions = meter.CreateCounter<long>("karpenter_pods_eviction_requests_total");
    private readonly Counter<long> _podsDrained = meter.CreateCounter<long>("karpenter_pods_drained_total");
    private readonly Histogram<double> _scheduling = Of(
        meter,
        "karpenter_scheduler_scheduling_duration_seconds",
        Durations
    );
    private readonly Histogram<double> _decided = Of(
        meter,
        "karpenter_pods_scheduling_decision_duration_seconds",
        Durations
    );
    private readonly Gauge<long> _ignoredPods = meter.CreateGauge<long>("karpenter_scheduler_ignored_pods_count");
    private readonly Gauge<long> _unschedulable = meter.CreateGauge<long>(
        "karpenter_scheduler_unschedulable_pods_count"
    );
    private readonly Counter<long> _decisions = meter.CreateCounter<long>(
        "karpenter_voluntary_disruption_decisions_total"
    );
    private readonly Counter<long> _decisionsByPool = meter.CreateCounter<long>(
        "karpenter_voluntary_disruption_decisions_by_nodepool_total"
    );
    private readonly Histogram<double> _evaluation = Of(
        meter,
        "karpenter_voluntary_disruption_decision_evaluation_duration_seconds",
        Durations
    );
    private readonly Gauge<long> _eligible = meter.CreateGauge<long>("karpenter_voluntary_disruption_eligible_nodes");
    private readonly Counter<long> _timeouts = meter.CreateCounter<long>(
        "karpenter_voluntary_disruption_consolidation_timeouts_total"
    );
    private readonly Counter<long> _failedValidations = meter.CreateCounter<long>(
        "karpenter_voluntary_disruption_failed_validations_total"
    );
    private readonly Counter<long> _queueFailures = meter.CreateCounter<long>(
        "karpenter_voluntary_disruption_queue_failures_total"
    );
    private readonly Gauge<long> _allowed = meter.CreateGauge<long>("karpenter_nodepools_allowed_disruptions");
    private readonly Gauge<long> _consuming = meter.CreateGauge<long>("karpenter_nodepools_nodes_consuming_budgets");
    private readonly Histogram<double> _score = Of(
        meter,
        "karpenter_consolidation_score",
        [0.1, 0.25, 0.33, 0.5, 1, 2, 5, 10]
    );
    private readonly Counter<long> _moves = meter.CreateCounter<long>("karpenter_consolidation_moves_total");

    public void ClaimCreated(NodeClaim claim, string reason) =>
        _claimsCreated.Add(
            1,
            new("reason", reason),
            new("nodepool", claim.PoolName),
            new(
                "min_values_relaxed",
                claim.Metadata.Annotations.GetValueOrDefault(Annotations.NodeClaimMinValuesRelaxed, "false")
            )
        );

    public void ClaimTerminated(NodeClaim claim, DateTimeOffset now)
    {
        if (claim.Metadata.DeletionTimestamp is { } asked)
            _claimTermination.Record((now - asked).TotalSeconds, Pool(claim));
        _claimsTerminated.Add(
            1,
            Pool(claim),
            new("capacity_type", claim.Label(WellKnownLabels.CapacityType)),
            Zone(claim)
        );
    }

    public void InstanceTerminated(NodeClaim claim, DateTimeOffset now)
    {
        if (claim.Metadata.DeletionTimestamp is { } asked)
            _instanceTermination.Record((now - asked).TotalSeconds, Pool(claim));
    }

    /// <param name="policy">The pool's consolidation policy in snake case; empty except for consolidation.</param>
    public void ClaimDisrupted(NodeClaim claim, string reason, string policy = "", int pods = 0)
    {
        KeyValuePair<string, object?>[] labels =
        [
            new("reason", reason),
            Pool(claim),
            new("capacity_type", claim.Label(WellKnownLabels.CapacityType)),
            new("consolidation_policy", policy),
            new("termination_mode", TerminationMode(claim)),
        ];
        _claimsDisrupted.Add(1, labels);
        if (pods > 0)
            _podsDisrupted.Add(pods, labels);
    }

    public void UnhealthyDisrupted(NodeClaim claim, string condition) =>
        _unhealthyDisrupted.Add(
            1,
            new("condition", Snake(condition)),
            Pool(claim),
            new("capacity_type", claim.Label(WellKnownLabels.CapacityType)),
            new("image_id", claim.Status.ImageId ?? "")
        );

    public void NodeCreated(NodeClaim claim) => _nodesCreated.Add(1, Pool(claim), Zone(claim));

    public void NodeDrained(NodeClaim claim) => _nodesDrained.Add(1, Pool(claim));

    public void NodeTerminated(Node node, DateTimeOffset now)
    {
        var pool = new KeyValuePair<string, object?>(
            "nodepool",
            node.Metadata.Labels.GetValueOrDefault(WellKnownLabels.NodePool, "")
        );
        _nodesTerminated.Add(1, pool, new("zone", node.Metadata.Labels.GetValueOrDefault(WellKnownLabels.Zone, "")));
        if (node.Metadata.DeletionTimestamp is { } asked)
            _nodeTermination.Record((now - asked).TotalSeconds, pool);
        if (node.Metadata.CreationTimestamp is { } born)
            _nodeLifetime.Record((now - born).TotalSeconds, pool);
    }

    public void Evicted(int code) =>
        _evictions.Add(
            1,
            new KeyValuePair<string, object?>("code", code.ToString(System.Globalization.CultureInfo.InvariantCulture))
        );

    public void PodDrained(string reason) => _podsDrained.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Scheduled(string controller, TimeSpan took, int unschedulable)
    {
        _scheduling.Record(took.TotalSeconds, new KeyValuePair<string, object?>("controller", controller));
        _unschedulable.Record(unschedulable, new KeyValuePair<string, object?>("controller", controller));
    }

    public void PodsIgnored(int count) => _ignoredPods.Record(count);

    public void PodDecided(TimeSpan sinceSeen) => _decided.Record(sinceSeen.TotalSeconds);

    public void Evaluated(string reason, string type, TimeSpan took, int eligible)
    {
        _evaluation.Record(
            took.TotalSeconds,
            new("reason", reason.ToLowerInvariant()),
            new("consolidation_type", type)
        );
        _eligible.Record(eligible, new KeyValuePair<string, object?>("reason", reason.ToLowerInvariant()));
    }

    public void Budgeted(string reason, BudgetLedger budgets)
    {
        foreach (var (pool, allowed) in budgets.Allowed)
            _allowed.Record(allowed, new("nodepool", pool), new("reason", reason));
        foreach (var (pool, _) in budgets.Allowed)
            _consuming.Record(budgets.Consuming.GetValueOrDefault(pool), new("nodepool", pool), new("reason", reason));
    }

    public void Decided(Command command)
    {
        var reason = command.Reason.ToLowerInvariant();
        foreach (var pool in command.Candidates.Select(static it => it.PoolName).Distinct(StringComparer.Ordinal))
            _decisionsByPool.Add(
                1,
                new("nodepool", pool),
                new("decision", command.Decision),
                new("reason", reason),
                new("consolidation_type", command.ConsolidationType)
            );
        _decisions.Add(
            1,
            new("decision", command.Decision),
            new("reason", reason),
            new("consolidation_type", command.ConsolidationType)
        );
    }

    public void TimedOut(string type) =>
        _timeouts.Add(1, new KeyValuePair<string, object?>("consolidation_type", type));

    public void ValidationFailed(string type, int candidates) =>
        _failedValidations.Add(candidates, new KeyValuePair<string, object?>("consolidation_type", type));

    /// <summary>
    /// The label <c>consolidation_type</c> carries the decision here: upstream's quirk, and people's dashboards.
    /// </summary>
    public void QueueFailed(Command command, int uninitialized) =>
        _queueFailures.Add(
            uninitialized,
            new("decision", command.Decision),
            new("reason", Snake(command.Reason)),
            new("consolidation_type", command.Decision)
        );

    public void Scored(PoolVerdict verdict)
    {
        var decision = verdict.IsApproved ? "approved" : "rejected";
        _moves.Add(1, new("decision", decision), new("nodepool", verdict.Pool), new("policy", verdict.Policy));
        if (verdict.IsScored)
            _score.Record(
                verdict.Score,
                new("decision", decision),
                new("nodepool", verdict.Pool),
                new("policy", verdict.Policy)
            );
    }

    /// <summary>PascalCase to snake_case.</summary>
    public static string Snake(string text) =>
        string.Concat(
            text.Select(
                static (letter, at) =>
                    char.IsUpper(letter) ? (at == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString()
            )
        );

    private static KeyValuePair<string, object?> Pool(NodeClaim claim) => new("nodepool", claim.PoolName);

    private static KeyValuePair<string, object?> Zone(NodeClaim claim) =>
        new("zone", claim.Label(WellKnownLabels.Zone));

    private static string TerminationMode(NodeClaim claim) =>
        claim.Spec.TerminationGracePeriod is not { } grace ? "graceful"
        : grace.ToTimeSpan() <= TimeSpan.Zero ? "forceful"
        : "eventual";

    private static Histogram<double> Of(Meter meter, string name, double[] buckets) =>
        meter.CreateHistogram(
            name,
            "s",
            null,
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets }
        );
}
