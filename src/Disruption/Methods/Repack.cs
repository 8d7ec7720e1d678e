using System.Collections.Immutable;
using Tenon.Api.Names;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Churn;
using Tenon.Disruption.Scoring;
using Tenon.Disruption.Search;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Scheduling;

namespace Tenon.Disruption.Methods;

/// <summary>
/// Any number of nodes for any number of cheaper ones. The most worthwhile nodes are tried as sets, larger and smaller
/// by halving, without a cap on their number; of the sets that could be given up, the one that is worth most wins. Even
/// if every launch goes as badly as it may, the replacements together cost less than the nodes they replace.
/// </summary>
public sealed class Repack : IDisruptionMethod
{
    public MethodKind Kind => MethodKind.Repack;
    public string Reason => Reasons.Underutilized;
    public DisruptionClass Class => DisruptionClass.Graceful;
    public bool IsConsolidation => true;

    public (bool Takes, Notice? Why) Considers(Candidate candidate, DisruptionInput input)
    {
        var (takes, why) = Consolidation.Considers(candidate);
        return (takes && input.Moves.Holds(candidate, input.Now) is null, why);
    }

    public MethodOutcome Decide(ImmutableArray<Candidate> candidates, MethodContext context)
    {
        var allowed = ImmutableArray.CreateBuilder<Candidate>();
        var isConstrained = false;
        foreach (var candidate in Consolidation.BySavings(candidates))
            if (context.Budgets.TryTake(candidate.PoolName))
                allowed.Add(candidate);
            else
                isConstrained = true;
        var (best, verdicts, timedOut) = Search(allowed.ToImmutable(), context);
        if (best is null)
            return new MethodOutcome
            {
                IsSettled = !isConstrained && !timedOut,
                TimedOut = timedOut,
                Verdicts = verdicts,
            };
        return new MethodOutcome
        {
            Commands = [best],
            TimedOut = timedOut,
            Verdicts = verdicts,
            Notices = [.. Consolidation.CandidateNotices(best), .. MultiNode.Approvals(verdicts, context.Input)],
        };
    }

    /// <summary>
    /// The command that does without exactly these nodes; null where their pods have no place, where the replacements
    /// would not surely be cheaper, or where the saving is not worth the move.
    /// </summary>
    public static Command? Try(ImmutableArray<Candidate> candidates, DisruptionInput input)
    {
        var result = WhatIf.Without(candidates, input, shieldUnsettled: true, SolvePolicy.Best);
        if (result.IsStale || !result.AllScheduled)
            return null;
        if (Cheaper(result.NewClaims, candidates, input) is not { } replacements)
            return null;
        var command = new Command
        {
            Method = MethodKind.Repack,
            Reason = Reasons.Underutilized,
            Candidates = candidates,
            Replacements = replacements,
            Placements = result.Placements,
            Version = input.Cluster.Version,
            EstimatedSavings = Command.Savings(candidates, replacements),
        };
        return command.Kind == CommandKind.Delete || MoveWorth.Of(command, input.Now) > 0 ? command : null;
    }

    /// <summary>Halves towards the largest set that can be given up, and keeps the most valuable on the way.</summary>
    private static (Command? Best, ImmutableArray<PoolVerdict> Verdicts, bool TimedOut) Search(
        ImmutableArray<Candidate> candidates,
        MethodContext context
    )
    {
        Command? best = null;
        var worth = double.NegativeInfinity;
        ImmutableArray<PoolVerdict> approved = [],
            rejected = [];
        var (low, high) = (2, candidates.Length);
        // The whole set first: in a cluster that has shrunk it is often the answer.
        for (var size = high; low <= high; size = (low + high) / 2)
        {
            if (context.Input.ShouldStop?.Invoke() == true)
                return (best, best is null ? rejected : approved, true);
            var command = Try(candidates[..size], context.Input);
            var verdicts = command is null ? [] : BalancedScore.Judge(command, context.Totals);
            if (command is not null && verdicts.All(static it => it.IsApproved))
            {
                var value = MoveWorth.Of(command, context.Input.Now);
                if (value > worth)
                    (best, worth, approved) = (command, value, verdicts);
                low = size + 1;
            }
            else
            {
                if (command is not null)
                    rejected = verdicts;
                high = size - 1;
            }
        }
        return (best, best is null ? rejected : approved, false);
    }

    /// <summary>
    /// Each replacement keeps the types that stay below its share of what the nodes cost now; null when one of them has
    /// none left. A single replacement must also differ from what it replaces, as upstream demands.
    /// </summary>
    private static ImmutableArray<NewClaim>? Cheaper(
        ImmutableArray<NewClaim> claims,
        ImmutableArray<Candidate> candidates,
        DisruptionInput input
    )
    {
        if (claims.IsEmpty)
            return [];
        if (claims.Length == 1)
            return
                Consolidation.Cheaper(claims[0], candidates, input).Replacement is { } one
                && PriceFilter.AvoidSameType(one, candidates, input.WellKnown) is { } other
                ? [other]
                : null;
        // Many spot nodes for many spot nodes would be spot-to-spot without the choice that makes it safe.
        if (!input.SpotToSpot && candidates.All(static it => it.CapacityType == CapacityTypes.Spot))
            return null;
        var budget = Consolidation.PriceToBeat(candidates, input);
        ImmutableArray<(NewClaim Claim, HourlyPrice Least)> priced =
        [
            .. claims.Select(claim =>
            {
                var kept = Consolidation.Narrowed(claim);
                return (kept, Least(kept, input));
            }),
        ];
        if (priced.Any(static it => it.Least == HourlyPrice.Max))
            return null;
        var least = priced.Sum(static it => it.Least.Micros);
        if (least >= budget.Micros || least == 0)
            return null;
        var replacements = ImmutableArray.CreateBuilder<NewClaim>(claims.Length);
        foreach (var (claim, own) in priced)
        {
            // What may be spent beyond the cheapest is shared out in proportion.
            var share = new HourlyPrice((long)((Int128)budget.Micros * own.Micros / least));
            var ordered = claim with { Types = PriceFilter.Order(claim.Types, claim.Requirements, input.WellKnown) };
            var (types, error) = PriceFilter.Below(ordered, share, input.WellKnown);
            if (error is not null || types.IsEmpty)
                return null;
            replacements.Add(ordered with { Types = types });
        }
        return replacements.ToImmutable();
    }

    private static HourlyPrice Least(NewClaim claim, DisruptionInput input) =>
        claim
            .Types.Select(type => type.CheapestPrice(claim.Requirements, input.WellKnown))
            .DefaultIfEmpty(HourlyPrice.Max)
            .Min();
}
