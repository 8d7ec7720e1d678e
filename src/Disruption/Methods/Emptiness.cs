using System.Collections.Immutable;
using Tenon.Disruption.Candidates;

namespace Tenon.Disruption.Methods;

/// <summary>Nodes on which nothing runs that would have to move: all that the budgets allow, in one command.</summary>
public sealed class Emptiness : IDisruptionMethod
{
    public MethodKind Kind => MethodKind.Emptiness;
    public string Reason => Reasons.Empty;
    public DisruptionClass Class => DisruptionClass.Graceful;
    public bool IsConsolidation => true;

    public (bool Takes, Notice? Why) Considers(Candidate candidate, DisruptionInput input)
    {
        if (candidate.IsStatic)
            return (false, null);
        if (candidate.ConsolidateAfter is null)
            return (
                false,
                Notice.Unconsolidatable(
                    [candidate.Node, candidate.Claim],
                    $"NodePool \"{candidate.PoolName}\" has consolidation disabled"
                )
            );
        if (input.Cluster.BufferPods.GetValueOrDefault(candidate.Key) > 0)
            return (
                false,
                Notice.Unconsolidatable([candidate.Node, candidate.Claim], $"Node \"{candidate.Name}\" has buffer pods")
            );
        return (candidate.IsEmpty && candidate.Is("Consolidatable"), null);
    }

    public MethodOutcome Decide(ImmutableArray<Candidate> candidates, MethodContext context)
    {
        var taken = ImmutableArray.CreateBuilder<Candidate>();
        foreach (var candidate in Consolidation.BySavings(candidates))
            if (context.Budgets.TryTake(candidate.PoolName))
                taken.Add(candidate);
        if (taken.Count == 0)
            return MethodOutcome.Nothing;
        var nodes = taken.ToImmutable();
        return new MethodOutcome
        {
            Commands =
            [
                new Command
                {
                    Method = Kind,
                    Reason = Reason,
                    Candidates = nodes,
                    Version = context.Input.Cluster.Version,
                    EstimatedSavings = Command.Savings(nodes, []),
                },
            ],
        };
    }
}
