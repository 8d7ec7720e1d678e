using System.Collections.Immutable;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Methods;
using Tenon.Disruption.Search;

namespace Tenon.Disruption.Validation;

/// <summary>Whether a command still holds after the cluster had time to change its mind.</summary>
public abstract record Verdict
{
    private Verdict() { }

    /// <param name="Command">As decided; for emptiness, what is left of it.</param>
    /// <param name="Dropped">Candidates that fell out on the way.</param>
    public sealed record Holds(Command Command, int Dropped) : Verdict;

    /// <param name="Reason"><c>budget</c>, <c>scheduling</c>, <c>churn</c> or <c>unknown</c>.</param>
    /// <param name="CountsAsFailed">Whether the failed-validation counter counts it.</param>
    public sealed record Fails(string Reason, string Detail, bool CountsAsFailed) : Verdict;
}

/// <summary>
/// The second look, on a newer snapshot, before anything is touched: the same rules again, and for consolidation the
/// same simulation, whose answer must contain the command's.
/// </summary>
public static class Revalidation
{
    /// <summary>How long a command rests between the two looks.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(15);

    public static Verdict Look(Command command, DisruptionInput now) =>
        command.Method == MethodKind.Emptiness ? LookAtEmptiness(command, now) : LookAtConsolidation(command, now);

    private static Verdict LookAtEmptiness(Command command, DisruptionInput now)
    {
        var method = new Emptiness();
        ImmutableArray<Candidate> survivors = [.. Fresh(command, method, now)];
        if (survivors.IsEmpty)
            return new Verdict.Fails("churn", $"{command.Candidates.Length} candidates are no longer valid", true);
        var budgets = BudgetLedger.For(command.Reason, now);
        ImmutableArray<Candidate> kept =
        [
            .. survivors.Where(it => !it.State.IsNominated(now.Now) && budgets.TryTake(it.PoolName)),
        ];
        if (kept.IsEmpty)
            return new Verdict.Fails("budget", "no candidate is within the budgets", true);
        return new Verdict.Holds(
            command with
            {
                Candidates = kept,
                EstimatedSavings = Command.Savings(kept, []),
            },
            command.Candidates.Length - kept.Length
        );
    }

    private static Verdict LookAtConsolidation(Command command, DisruptionInput now)
    {
        IDisruptionMethod method = command.Method switch
        {
            MethodKind.MultiNode => new MultiNode(),
            MethodKind.Repack => new Repack(),
            _ => new SingleNode(),
        };
        ImmutableArray<Candidate> fresh = [.. Fresh(command, method, now)];
        var gone = command.Candidates.Length - fresh.Length;
        if (gone > 0)
            return new Verdict.Fails("churn", $"{gone} candidates are no longer valid", true);
        var budgets = BudgetLedger.For(command.Reason, now);
        foreach (var candidate in fresh)
            if (candidate.State.IsNominated(now.Now) || !budgets.TryTake(candidate.PoolName))
                return new Verdict.Fails("budget", $"{candidate.Name} is nominated or beyond the budget", true);
        if (command.Method == MethodKind.Repack)
            return LookAtRepack(command, fresh, now);
        var result = WhatIf.Without(fresh, now, shieldUnsettled: true);
        if (result.IsStale)
            return new Verdict.Fails("churn", "a candidate is on its way out", false);
        if (!result.AllScheduled)
            return new Verdict.Fails("scheduling", result.RefusalText, false);
        return Compare(command, result) is { } difference
            ? new Verdict.Fails("scheduling", difference, false)
            : new Verdict.Holds(command, 0);
    }

    /// <summary>
    /// With many replacements there is no type-by-type comparison: the same nodes are worked out anew, and the new
    /// answer is taken when it saves nearly as much.
    /// </summary>
    private static Verdict LookAtRepack(Command command, ImmutableArray<Candidate> fresh, DisruptionInput now)
    {
        const double Nearly = 0.9;
        return Repack.Try(fresh, now) is { } again && again.EstimatedSavings >= Nearly * command.EstimatedSavings
            ? new Verdict.Holds(again, 0)
            : new Verdict.Fails("scheduling", "the same nodes cannot be given up for as much any more", false);
    }

    /// <summary>The candidates of the command that still pass every rule, newly read.</summary>
    private static IEnumerable<Candidate> Fresh(Command command, IDisruptionMethod method, DisruptionInput now)
    {
        foreach (var candidate in command.Candidates)
            if (
                now.Cluster.Nodes.TryGetValue(candidate.Key, out var state)
                && Eligibility.Of(state, now, DisruptionClass.Graceful) is Eligibility.Eligible { Candidate: var fresh }
                && method.Considers(fresh, now).Takes
            )
                yield return fresh;
    }

    private static string? Compare(Command command, WhatIfResult result) =>
        (command.Replacements.Length, result.NewClaims.Length) switch
        {
            (0, 0) => null,
            (0, var count) => $"scheduling simulation produced {count} new nodes for a deletion",
            (_, 0) => "scheduling simulation produced no new node for a replacement",
            (_, > 1) => $"scheduling simulation produced {result.NewClaims.Length} new nodes",
            _ => IsWithin(command, result) ? null : "scheduling simulation produced other instance types",
        };

    private static bool IsWithin(Command command, WhatIfResult result)
    {
        var offered = result
            .NewClaims[0]
            .Types.Select(static type => type.Name)
            .ToImmutableSortedSet(StringComparer.Ordinal);
        return command.Replacements[0].Types.All(type => offered.Contains(type.Name));
    }
}
