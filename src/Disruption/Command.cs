using System.Collections.Immutable;
using System.Globalization;
using Tenon.Disruption.Candidates;
using Tenon.Scheduling;

namespace Tenon.Disruption;

/// <summary>What a command does with its candidates.</summary>
public enum CommandKind
{
    Delete,
    Replace,
}

/// <summary>
/// A decision to take nodes, as data: nothing has happened yet. Replacements are launched and initialized before the
/// first candidate is drained.
/// </summary>
public sealed record Command
{
    public required MethodKind Method { get; init; }
    public required string Reason { get; init; }
    public required ImmutableArray<Candidate> Candidates { get; init; }
    public ImmutableArray<NewClaim> Replacements { get; init; } = [];

    /// <summary>Where the simulation put the displaced pods among nodes that stay.</summary>
    public ImmutableArray<Placement> Placements { get; init; } = [];

    /// <summary>Version of the snapshot it was decided on.</summary>
    public long Version { get; init; }

    /// <summary>Dollars per hour.</summary>
    public double EstimatedSavings { get; init; }

    public CommandKind Kind => Replacements.IsEmpty ? CommandKind.Delete : CommandKind.Replace;

    /// <summary><c>delete</c> or <c>replace</c>, as metrics and messages spell it.</summary>
    public string Decision => Kind == CommandKind.Delete ? "delete" : "replace";

    /// <summary>The <c>consolidation_type</c> label; empty for drift.</summary>
    public string ConsolidationType =>
        Method switch
        {
            MethodKind.Emptiness => "empty",
            MethodKind.MultiNode or MethodKind.Repack => "multi",
            MethodKind.SingleNode => "single",
            _ => "",
        };

    /// <summary><c>delete: [n1, n2]</c> or <c>replace: [n1] -&gt; [1 replacement]</c>.</summary>
    public string Text => $"{Decision}: [{string.Join(", ", Candidates.Select(static it => it.Name))}]{Arrow}";

    /// <summary>How the command reads in the event of one of its candidates.</summary>
    public string TextFor(Candidate candidate) =>
        Candidates.Length == 1
            ? Text
            : $"{Decision}: [{candidate.Name}] (part of {Candidates.Length}-node consolidation)";

    public string SavingsText => EstimatedSavings.ToString("0.00", CultureInfo.InvariantCulture);

    private string Arrow =>
        Replacements.Length switch
        {
            0 => "",
            1 => " -> [1 replacement]",
            var count => $" -> [{count} replacements]",
        };

    /// <summary>
    /// What the candidates cost less what the replacements would: the cheapest available offering of each one's first
    /// type.
    /// </summary>
    public static double Savings(ImmutableArray<Candidate> candidates, ImmutableArray<NewClaim> replacements)
    {
        var source = candidates.Sum(static it => (double)it.Price.Dollars);
        var target = 0.0;
        foreach (var claim in replacements)
            if (
                claim.Types is [var first, ..]
                && first.CheapestPrice(claim.Requirements, claim.Options.WellKnown) is var price
                && price < Foundation.Units.HourlyPrice.Max
            )
                target += (double)price.Dollars;
        return source - target;
    }
}
