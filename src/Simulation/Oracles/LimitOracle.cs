using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>The machines of a pool stay within the pool's limits.</summary>
internal sealed class LimitOracle(SimulatedWorld world, Accuse accuse) : IOracle
{
    public void Look()
    {
        foreach (var pool in world.Informers.Of<NodePool>().All)
        {
            if (pool.Spec.Limits is not { Count: > 0 } limits)
                continue;
            var used = ResourceList.Empty;
            foreach (var claim in world.Informers.Of<NodeClaim>().All)
                if (
                    claim.Metadata.Labels.GetValueOrDefault("karpenter.sh/nodepool") == pool.Metadata.Name
                    && !claim.Metadata.IsDeleting
                )
                    used += claim.Status.Capacity;
            foreach (var (name, limit) in limits)
                if (used.Of(name) > limit)
                    accuse("limits hold", $"pool {pool.Metadata.Name}", $"has {used.Of(name)} {name}, limit {limit}");
        }
    }

    public void JudgeCalm() => Look();
}
