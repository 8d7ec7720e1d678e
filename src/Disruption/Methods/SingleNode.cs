using System.Collections.Immutable;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Scoring;

namespace Tenon.Disruption.Methods;

/// <summary>
/// The first node, most worthwhile first and pools in turn, that can be deleted or replaced by a cheaper one.
/// </summary>
public sealed class SingleNode : IDisruptionMethod
{
    public MethodKind Kind => MethodKind.SingleNode;
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
        var isConstrained = false;
        var unseen = candidates
            .Select(static it => it.PoolName)
            .ToImmutableSortedSet(StringComparer.Ordinal)
            .ToBuilder();
        var notices = ImmutableArray.CreateBuilder<Notice>();
        var verdicts = ImmutableArray.CreateBuilder<PoolVerdict>();
        foreach (var candidate in InTurn(candidates, context.UnseenFirst))
        {
            if (context.Input.ShouldStop?.Invoke() == true)
                return new MethodOutcome
                {
                    TimedOut = true,
                    UnseenPools = unseen.ToImmutable(),
                    Notices = notices.ToImmutable(),
                    Verdicts = verdicts.ToImmutable(),
                };
            unseen.Remove(candidate.PoolName);
            if (context.Budgets.Left(candidate.PoolName) == 0)
            {
                isConstrained = true;
                continue;
            }
            if (!BalancedScore.CanPass(candidate, context.Totals))
                continue;
            var (command, why) = Consolidation.Try([candidate], Kind, context.Input);
            if (why is not null)
                notices.Add(Notice.Unconsolidatable([candidate.Node, candidate.Claim], why));
            if (command is null)
                continue;
            notices.AddRange(Consolidation.CandidateNotices(command));
            var verdict = BalancedScore.Judge(command, context.Totals)[0];
            verdicts.Add(verdict);
            if (!verdict.IsApproved)
                continue;
            if (verdict.IsScored)
                notices.Add(new Notice([candidate.Node, candidate.Claim], "ConsolidationApproved", verdict.Text, []));
            return new MethodOutcome
            {
                Commands = [command],
                Notices = notices.ToImmutable(),
                Verdicts = verdicts.ToImmutable(),
            };
        }
        return new MethodOutcome
        {
            IsSettled = !isConstrained,
            Notices = notices.ToImmutable(),
            Verdicts = verdicts.ToImmutable(),
        };
    }

    /// <summary>One node of each pool after the other, so that a large pool cannot starve the others.</summary>
    internal static IEnumerable<Candidate> InTurn(
        ImmutableArray<Candidate> candidates,
        ImmutableSortedSet<string> unseenFirst
    )
    {
        var queues = candidates
            .GroupBy(static it => it.PoolName, StringComparer.Ordinal)
            .OrderByDescending(group => unseenFirst.Contains(group.Key))
            .ThenBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => new Queue<Candidate>(Consolidation.BySavings([.. group])))
            .ToList();
        while (queues.Any(static queue => queue.Count > 0))
            foreach (var queue in queues)
                if (queue.TryDequeue(out var candidate))
                    yield return candidate;
    }
}
