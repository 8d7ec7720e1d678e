using System.Collections.Immutable;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Scoring;

namespace Tenon.Disruption.Methods;

/// <summary>
/// The longest run of the most worthwhile nodes that can be replaced by at most one machine, found by halving.
/// </summary>
public sealed class MultiNode : IDisruptionMethod
{
    /// <summary>
    /// The largest index tried; one more node than this may be taken when more are eligible, as upstream does.
    /// </summary>
    public const int MaxBatch = 100;

    public MethodKind Kind => MethodKind.MultiNode;
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
            Notices = [.. Consolidation.CandidateNotices(best), .. Approvals(verdicts, context.Input)],
        };
    }

    private (Command? Best, ImmutableArray<PoolVerdict> Verdicts, bool TimedOut) Search(
        ImmutableArray<Candidate> candidates,
        MethodContext context
    )
    {
        Command? best = null;
        ImmutableArray<PoolVerdict> approved = [],
            rejected = [];
        var low = 1;
        var high = candidates.Length <= MaxBatch ? candidates.Length - 1 : MaxBatch;
        while (low <= high)
        {
            if (context.Input.ShouldStop?.Invoke() == true)
                return (best, best is null ? rejected : approved, true);
            var middle = (low + high) / 2;
            var command = Guarded(
                Consolidation.Try(candidates[..(middle + 1)], Kind, context.Input).Command,
                context.Input
            );
            var verdicts = command is null ? [] : BalancedScore.Judge(command, context.Totals);
            var isGood = command is not null && verdicts.All(static it => it.IsApproved);
            if (isGood)
                (best, approved, low) = (command, verdicts, middle + 1);
            else
            {
                if (command is not null)
                    rejected = verdicts;
                high = middle - 1;
            }
        }
        return (best, best is null ? rejected : approved, false);
    }

    private static Command? Guarded(Command? command, DisruptionInput input)
    {
        if (command is not { Replacements: [var replacement] })
            return command;
        return PriceFilter.AvoidSameType(replacement, command.Candidates, input.WellKnown) is { } cheaper
            ? command with
            {
                Replacements = [cheaper],
                EstimatedSavings = Command.Savings(command.Candidates, [cheaper]),
            }
            : null;
    }

    internal static IEnumerable<Notice> Approvals(ImmutableArray<PoolVerdict> verdicts, DisruptionInput input) =>
        verdicts
            .Where(it => it.IsScored && it.IsApproved && input.Pools.ContainsKey(it.Pool))
            .Select(it => new Notice([input.Pools[it.Pool]], "ConsolidationApproved", it.Text, []));
}
