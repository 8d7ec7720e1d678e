using System.Collections.Immutable;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Scoring;

namespace Tenon.Disruption.Methods;

/// <summary>The methods in order. The order is the policy: the first that finds a command ends the round.</summary>
public static class DisruptionMethods
{
    private static readonly ImmutableArray<IDisruptionMethod> Upstreams =
    [
        new Emptiness(),
        new StaticDrift(),
        new Drift(),
        new MultiNode(),
        new SingleNode(),
    ];
    private static readonly ImmutableArray<IDisruptionMethod> Repacking =
    [
        new Emptiness(),
        new StaticDrift(),
        new Drift(),
        new Repack(),
        new SingleNode(),
    ];

    /// <param name="repacks">Whether <see cref="Repack"/> stands in the place of multi-node consolidation.</param>
    public static ImmutableArray<IDisruptionMethod> InOrder(DisruptionPolicy policy, bool repacks) =>
        policy == DisruptionPolicy.Best && repacks ? Repacking : Upstreams;

    /// <param name="isSettled">
    /// The method found nothing on this very state of the cluster: candidates and budgets are reported, nothing is
    /// searched.
    /// </param>
    public static MethodOutcome Decide(
        IDisruptionMethod method,
        DisruptionInput input,
        ImmutableSortedSet<string> unseenFirst,
        bool isSettled = false
    )
    {
        var (eligible, blocked) = Eligibility.OfAll(input, method.Class);
        var notices = blocked.ToBuilder();
        var candidates = ImmutableArray.CreateBuilder<Candidate>();
        foreach (var candidate in eligible)
        {
            var (takes, why) = method.Considers(candidate, input);
            if (takes)
                candidates.Add(candidate);
            if (why is not null)
                notices.Add(why);
        }
        if (candidates.Count == 0)
            return new MethodOutcome { Notices = notices.ToImmutable() };
        var budgets = BudgetLedger.For(method.Reason, input);
        if (isSettled)
            return new MethodOutcome
            {
                Notices = [.. notices, .. budgets.Notices],
                Eligible = candidates.Count,
                Budgets = budgets,
                IsSettled = true,
            };
        var totals = method.IsConsolidation
            ? BalancedScore.Totals(eligible, input)
            : ImmutableSortedDictionary.Create<string, PoolTotals>(StringComparer.Ordinal);
        var outcome = method.Decide(candidates.ToImmutable(), new MethodContext(input, budgets, totals, unseenFirst));
        return outcome with
        {
            Notices = [.. notices, .. budgets.Notices, .. outcome.Notices],
            Eligible = candidates.Count,
            Budgets = budgets,
        };
    }
}
