using System.Collections.Immutable;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Scoring;

namespace Tenon.Disruption.Methods;

/// <summary>What one method made of one pass.</summary>
public sealed record MethodOutcome
{
    public static readonly MethodOutcome Nothing = new();

    public ImmutableArray<Command> Commands { get; init; } = [];
    public ImmutableArray<Notice> Notices { get; init; } = [];

    /// <summary>
    /// Nothing can be gained until something changes; a budget or a deadline did not cut the search short.
    /// </summary>
    public bool IsSettled { get; init; }

    /// <summary>The deadline cut the search short.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Pools that the deadline kept from being looked at; they go first next time.</summary>
    public ImmutableSortedSet<string> UnseenPools { get; init; } = ImmutableSortedSet<string>.Empty;

    /// <summary>Scores of Balanced moves, for metrics.</summary>
    public ImmutableArray<PoolVerdict> Verdicts { get; init; } = [];

    /// <summary>Nodes the method could have taken.</summary>
    public int Eligible { get; init; }
    public BudgetLedger? Budgets { get; init; }
}

/// <summary>One way to save or to renew. Pure: it reads the input and returns commands as data.</summary>
public interface IDisruptionMethod
{
    MethodKind Kind { get; }
    string Reason { get; }
    DisruptionClass Class { get; }

    /// <summary>Waits before it acts and is skipped while nothing changed.</summary>
    bool IsConsolidation { get; }

    /// <summary>Whether this method cares for the candidate; if not, perhaps why.</summary>
    (bool Takes, Notice? Why) Considers(Candidate candidate, DisruptionInput input);

    MethodOutcome Decide(ImmutableArray<Candidate> candidates, MethodContext context);
}

/// <param name="Eligible">Every node that no rule protects, before the method's own filter.</param>
/// <param name="UnseenFirst">Pools that an earlier pass of this method did not get to.</param>
public sealed record MethodContext(
    DisruptionInput Input,
    BudgetLedger Budgets,
    ImmutableSortedDictionary<string, PoolTotals> Totals,
    ImmutableSortedSet<string> UnseenFirst
);
