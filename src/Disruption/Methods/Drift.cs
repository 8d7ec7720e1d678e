using System.Collections.Immutable;
using Tenon.Disruption.Candidates;
using Tenon.Disruption.Search;

namespace Tenon.Disruption.Methods;

/// <summary>
/// Nodes that are no longer what their pool asks for, oldest drift first, one command at a time; price does not matter.
/// </summary>
public sealed class Drift : IDisruptionMethod
{
    public MethodKind Kind => MethodKind.Drift;
    public string Reason => Reasons.Drifted;
    public DisruptionClass Class => DisruptionClass.Eventual;
    public bool IsConsolidation => false;

    public (bool Takes, Notice? Why) Considers(Candidate candidate, DisruptionInput input) =>
        (!candidate.IsStatic && candidate.Is("Drifted"), null);

    public MethodOutcome Decide(ImmutableArray<Candidate> candidates, MethodContext context)
    {
        var notices = ImmutableArray.CreateBuilder<Notice>();
        foreach (var candidate in InOrder(candidates))
        {
            if (context.Budgets.Left(candidate.PoolName) == 0)
                continue;
            var result = WhatIf.Without([candidate], context.Input, shieldUnsettled: false);
            if (result.IsStale)
                continue;
            if (!result.AllScheduled)
            {
                notices.Add(Notice.Blocked([candidate.Node, candidate.Claim], result.RefusalText));
                continue;
            }
            return new MethodOutcome
            {
                Notices = notices.ToImmutable(),
                Commands =
                [
                    new Command
                    {
                        Method = Kind,
                        Reason = Reason,
                        Candidates = [candidate],
                        Replacements = result.NewClaims,
                        Placements = result.Placements,
                        Version = context.Input.Cluster.Version,
                        EstimatedSavings = Command.Savings([candidate], result.NewClaims),
                    },
                ],
            };
        }
        return new MethodOutcome { Notices = notices.ToImmutable() };
    }

    /// <summary>Nodes without pods to move first, then by when they drifted.</summary>
    internal static IEnumerable<Candidate> InOrder(ImmutableArray<Candidate> candidates) =>
        candidates
            .OrderByDescending(static it => it.Reschedulable.IsEmpty)
            .ThenBy(static it => it.Condition("Drifted")?.LastTransitionTime ?? DateTimeOffset.MinValue)
            .ThenBy(static it => it.Name, StringComparer.Ordinal);
}
