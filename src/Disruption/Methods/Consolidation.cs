using System.Collections.Immutable;
using Tenon.Api.Names;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Churn;
using Tenon.Disruption.Search;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Scheduling;

namespace Tenon.Disruption.Methods;

/// <summary>What came of trying to do without some nodes.</summary>
/// <param name="Why">Why there is no command, for the event on a single node; null when that goes without
/// saying.</param>
public readonly record struct ConsolidationAttempt(Command? Command, string? Why)
{
    public static ConsolidationAttempt No(string? why) => new(null, why);
}

/// <summary>What single-node and multi-node consolidation share.</summary>
public static class Consolidation
{
    /// <summary>
    /// A spot node is only given up for spot when at least this many cheaper types are left to choose from.
    /// </summary>
    public const int SpotFlexibility = 15;

    public static ImmutableArray<Candidate> BySavings(ImmutableArray<Candidate> candidates) =>
        [
            .. candidates
                .OrderByDescending(static it => it.SavingsRatio)
                .ThenBy(static it => it.Name, StringComparer.Ordinal),
        ];

    public static (bool Takes, Notice? Why) Considers(Candidate candidate)
    {
        if (candidate.IsStatic)
            return (false, null);
        if (candidate.Type is null)
            return Refuse($"Instance Type \"{candidate.State.Label(WellKnownLabels.InstanceType)}\" not found");
        if (candidate.CapacityType is null)
            return Refuse($"Node does not have label \"{WellKnownLabels.CapacityType}\"");
        if (candidate.Zone is null)
            return Refuse($"Node does not have label \"{WellKnownLabels.Zone}\"");
        if (candidate.ConsolidateAfter is null)
            return Refuse($"NodePool \"{candidate.PoolName}\" has consolidation disabled");
        if (candidate.IsEmpty)
            return (false, null);
        if (candidate.Policy == "WhenEmpty")
            return Refuse(
                $"NodePool \"{candidate.PoolName}\" has consolidation policy WhenEmpty, but node is not empty"
            );
        return (candidate.Is("Consolidatable"), null);

        (bool, Notice?) Refuse(string text) =>
            (false, Notice.Unconsolidatable([candidate.Node, candidate.Claim], text));
    }

    /// <summary>
    /// Delete where the pods fit elsewhere, replace by one cheaper machine where they do not, else nothing.
    /// </summary>
    public static ConsolidationAttempt Try(
        ImmutableArray<Candidate> candidates,
        MethodKind method,
        DisruptionInput input
    )
    {
        var result = WhatIf.Without(candidates, input, shieldUnsettled: true);
        if (result.IsStale)
            return ConsolidationAttempt.No(null);
        if (!result.AllScheduled)
            return ConsolidationAttempt.No(Notice.Sentence(result.RefusalText));
        var command = new Command
        {
            Method = method,
            Reason = Reasons.Underutilized,
            Candidates = candidates,
            Placements = result.Placements,
            Version = input.Cluster.Version,
        };
        if (result.NewClaims.IsEmpty)
            return new(command with { EstimatedSavings = Command.Savings(candidates, []) }, null);
        if (result.NewClaims.Length > 1)
            return ConsolidationAttempt.No($"Can't remove without creating {result.NewClaims.Length} candidates");
        var (replacement, why) = Cheaper(result.NewClaims[0], candidates, input);
        if (replacement is null)
            return ConsolidationAttempt.No(why);
        var replaced = command with
        {
            Replacements = [replacement],
            EstimatedSavings = Command.Savings(candidates, [replacement]),
        };
        return input.Policy == DisruptionPolicy.Best && MoveWorth.Of(replaced, input.Now) <= 0
            ? ConsolidationAttempt.No("Can't replace with a node cheap enough to be worth the move")
            : new(replaced, null);
    }

    /// <summary>The notices of a command that was found, one for each candidate; deletions go without.</summary>
    public static IEnumerable<Notice> CandidateNotices(Command command) =>
        command.Kind == CommandKind.Delete
            ? []
            : command.Candidates.Select(it => new Notice(
                [it.Node, it.Claim],
                "ConsolidationCandidate",
                $"Consolidation candidate: {command.TextFor(it)} (savings: ${command.SavingsText})",
                [command.TextFor(it)]
            ));

    /// <summary>
    /// What a replacement has to cost less than: what the nodes cost, or what they were promised to cost.
    /// </summary>
    internal static HourlyPrice PriceToBeat(ImmutableArray<Candidate> candidates, DisruptionInput input) =>
        candidates.Aggregate(
            HourlyPrice.Zero,
            (sum, it) =>
                sum
                + (
                    input.Policy == DisruptionPolicy.Best
                        ? PricePromise.ToBeat(it.Price, it.Claim, input.Now)
                        : it.Price
                )
        );

    /// <summary>Buying spot when it may: on-demand could be had at a price that only spot justified.</summary>
    internal static NewClaim Narrowed(NewClaim claim)
    {
        var capacity = claim.Requirements.Of(WellKnownLabels.CapacityType);
        return capacity.Has(CapacityTypes.Spot) && capacity.Has(CapacityTypes.OnDemand)
            ? claim with
            {
                Requirements = claim.Requirements.Add(Requirement.In(WellKnownLabels.CapacityType, CapacityTypes.Spot)),
            }
            : claim;
    }

    internal static (NewClaim? Replacement, string? Why) Cheaper(
        NewClaim claim,
        ImmutableArray<Candidate> candidates,
        DisruptionInput input
    )
    {
        var price = PriceToBeat(candidates, input);
        var capacity = claim.Requirements.Of(WellKnownLabels.CapacityType);
        if (candidates.All(static it => it.CapacityType == CapacityTypes.Spot) && capacity.Has(CapacityTypes.Spot))
            return SpotToSpot(claim, candidates, price, input);
        var ordered = claim with { Types = PriceFilter.Order(claim.Types, claim.Requirements, input.WellKnown) };
        var (cheaper, error) = PriceFilter.Below(ordered, price, input.WellKnown);
        if (error is not null)
            return (null, $"Filtering by price: {error}");
        if (cheaper.IsEmpty)
            return (null, "Can't replace with a cheaper node");
        return (Narrowed(claim) with { Types = cheaper }, null);
    }

    private static (NewClaim? Replacement, string? Why) SpotToSpot(
        NewClaim claim,
        ImmutableArray<Candidate> candidates,
        HourlyPrice price,
        DisruptionInput input
    )
    {
        if (!input.SpotToSpot)
            return (null, "SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node");
        var requirements = claim.Requirements.Add(Requirement.In(WellKnownLabels.CapacityType, CapacityTypes.Spot));
        var spot = claim with
        {
            Requirements = requirements,
            Types = PriceFilter.Order(
                [.. claim.Types.Where(type => type.CheapestPrice(requirements, input.WellKnown) < HourlyPrice.Max)],
                requirements,
                input.WellKnown
            ),
        };
        var (cheaper, error) = PriceFilter.Below(spot, price, input.WellKnown);
        if (error is not null)
            return (null, $"Filtering by price: {error}");
        if (cheaper.IsEmpty)
            return (null, "Can't replace with a cheaper node");
        if (candidates.Length > 1)
            return (spot with { Types = cheaper }, null);
        if (cheaper.Length < SpotFlexibility)
            return (
                null,
                $"SpotToSpotConsolidation requires {SpotFlexibility} cheaper instance type options than the current candidate to consolidate, got {cheaper.Length}"
            );
        var keep = SpotFlexibility;
        if (requirements.HasMinValues)
            keep = Math.Max(keep, MinValues.Needed(cheaper, requirements).Count);
        return (spot with { Types = [.. cheaper.Take(keep)] }, null);
    }
}
