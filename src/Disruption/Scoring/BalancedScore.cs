using System.Collections.Immutable;
using System.Globalization;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Pods;

namespace Tenon.Disruption.Scoring;

/// <summary>What a whole pool costs, and what moving all of it would cost: the denominators of a score.</summary>
/// <param name="Cost">Dollars per hour.</param>
public readonly record struct PoolTotals(double Cost, double Disruption);

/// <summary>How one pool judges a move.</summary>
/// <param name="IsScored">False for pools whose policy is not Balanced; they approve everything.</param>
public sealed record PoolVerdict(
    string Pool,
    string Policy,
    bool IsScored,
    bool IsApproved,
    double Score,
    double SavingsShare,
    double DisruptionShare
)
{
    /// <summary>The text of <c>ConsolidationApproved</c>.</summary>
    public string Text =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"score {Score:0.00} >= threshold {BalancedScore.Threshold:0.00} (k: {BalancedScore.K}, savings {SavingsShare * 100:0.0}%, disruption {DisruptionShare * 100:0.0}%)"
        );
}

/// <summary>
/// The <c>Balanced</c> policy: a move must save a share of the pool's cost that is at least 1/k of the share of the
/// pool's disruption that it causes. IEEE doubles in upstream's order of operations, so that boundary cases fall on the
/// same side.
/// </summary>
public static class BalancedScore
{
    public const int K = 2;
    public const double Threshold = 1.0 / K;
    private const string Balanced = "Balanced";

    public static double Of(double savings, double disruption, PoolTotals totals)
    {
        if (totals.Cost <= 0 || totals.Disruption <= 0)
            return 0;
        var savingsShare = savings / totals.Cost;
        var disruptionShare = disruption / totals.Disruption;
        if (savingsShare <= 0)
            return 0;
        return disruptionShare == 0 ? double.PositiveInfinity : savingsShare / disruptionShare;
    }

    public static bool Approves(double score, int k = K) => score >= 1.0 / k;

    /// <summary>
    /// Totals per pool: accounted cost where it is known, else the candidates' prices; the disruption of every node.
    /// </summary>
    public static ImmutableSortedDictionary<string, PoolTotals> Totals(
        ImmutableArray<Candidate> eligible,
        DisruptionInput input
    )
    {
        var byKey = eligible.ToDictionary(static it => it.Key, StringComparer.Ordinal);
        var totals = new SortedDictionary<string, PoolTotals>(StringComparer.Ordinal);
        foreach (var candidate in eligible)
        {
            var sum = totals.GetValueOrDefault(candidate.PoolName);
            totals[candidate.PoolName] = sum with { Cost = sum.Cost + (double)candidate.Price.Dollars };
        }
        foreach (var state in input.Cluster.Nodes.Values)
        {
            if (state.NodePool is not { } pool || !state.IsManaged)
                continue;
            var cost = byKey.TryGetValue(state.Key, out var candidate)
                ? candidate.RescheduleCost
                : PodCosts.Reschedule(state.Bound.ByKey.Values.Where(static pod => !pod.IsOwnedByDaemonSet));
            var sum = totals.GetValueOrDefault(pool);
            totals[pool] = sum with { Disruption = sum.Disruption + cost };
        }
        foreach (var (pool, cost) in input.PoolCosts)
            if (cost.Micros > 0 && totals.TryGetValue(pool, out var sum))
                totals[pool] = sum with { Cost = (double)cost.Dollars };
        return totals.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>One verdict for each pool that the command takes nodes from; all must approve.</summary>
    public static ImmutableArray<PoolVerdict> Judge(
        Command command,
        ImmutableSortedDictionary<string, PoolTotals> totals
    )
    {
        var sourcePrice = command.Candidates.Sum(static it => (double)it.Price.Dollars);
        var groups = command
            .Candidates.GroupBy(static it => it.PoolName, StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .ToList();
        return [.. groups.Select(group => Judge(group, groups.Count, sourcePrice, command.EstimatedSavings, totals))];
    }

    /// <summary>Whether a node could possibly pass if it were taken alone and its whole price saved.</summary>
    public static bool CanPass(Candidate candidate, ImmutableSortedDictionary<string, PoolTotals> totals) =>
        candidate.Policy != Balanced
        || !totals.TryGetValue(candidate.PoolName, out var pool)
        || pool.Cost <= 0
        || Approves(Of((double)candidate.Price.Dollars, candidate.RescheduleCost, pool));

    private static PoolVerdict Judge(
        IGrouping<string, Candidate> group,
        int pools,
        double sourcePrice,
        double savings,
        ImmutableSortedDictionary<string, PoolTotals> totals
    )
    {
        var policy = group.First().Policy;
        if (policy != Balanced)
            return new PoolVerdict(group.Key, policy, false, true, 0, 0, 0);
        var pool = totals.GetValueOrDefault(group.Key);
        var own = group.Sum(static it => (double)it.Price.Dollars);
        var share = pools > 1 && sourcePrice > 0 ? savings * (own / sourcePrice) : savings;
        var disruption = group.Sum(static it => it.RescheduleCost);
        var score = Of(share, disruption, pool);
        return new PoolVerdict(
            group.Key,
            policy,
            true,
            Approves(score),
            score,
            pool.Cost > 0 ? share / pool.Cost : 0,
            pool.Disruption > 0 ? disruption / pool.Disruption : 0
        );
    }
}
