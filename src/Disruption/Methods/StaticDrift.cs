using System.Collections.Immutable;
using Tenon.Api.Names;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Cluster;
using Tenon.Domain.Requirements;
using Tenon.Scheduling;

namespace Tenon.Disruption.Methods;

/// <summary>
/// Drifted nodes of pools with a fixed size: each is replaced one for one, within budgets and the pool's node limit.
/// </summary>
public sealed class StaticDrift : IDisruptionMethod
{
    public MethodKind Kind => MethodKind.StaticDrift;
    public string Reason => Reasons.Drifted;
    public DisruptionClass Class => DisruptionClass.Eventual;
    public bool IsConsolidation => false;

    public (bool Takes, Notice? Why) Considers(Candidate candidate, DisruptionInput input) =>
        (candidate.IsStatic && candidate.Is("Drifted"), null);

    public MethodOutcome Decide(ImmutableArray<Candidate> candidates, MethodContext context)
    {
        var commands = ImmutableArray.CreateBuilder<Command>();
        foreach (
            var group in candidates
                .GroupBy(static it => it.PoolName, StringComparer.Ordinal)
                .OrderBy(static it => it.Key, StringComparer.Ordinal)
        )
        {
            var pool = group.First().Pool;
            var count = PoolCount.Of(context.Input.Cluster, group.Key, context.Input.Queued);
            // A pool that is still too large shrinks first.
            if (count.Active + count.PendingDisruption > (pool.Spec.Replicas ?? 0))
                continue;
            var room = PoolCount.NodeLimit(pool) - count.All;
            foreach (var candidate in Drift.InOrder([.. group]))
            {
                if (room <= 0 || !context.Budgets.TryTake(group.Key))
                    break;
                room--;
                commands.Add(
                    new Command
                    {
                        Method = Kind,
                        Reason = Reason,
                        Candidates = [candidate],
                        Replacements = [Bare(pool, context.Input.Scheduling)],
                        Version = context.Input.Cluster.Version,
                    }
                );
            }
        }
        return new MethodOutcome { Commands = commands.ToImmutable() };
    }

    /// <summary>A claim straight from the template: no pods, no list of types.</summary>
    public static NewClaim Bare(Api.Karpenter.NodePool pool, SchedulingOptions options) =>
        new()
        {
            Pool = pool,
            Requirements = TemplateRequirements.Of(pool),
            Types = [],
            Requests = Api.Core.ResourceList.Empty,
            Pods = [],
            Options = options,
        };
}
