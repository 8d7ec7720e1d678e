using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;
using Tenon.Scheduling.Lowering;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Explain;

/// <summary>From numbers back to the objects they stand for.</summary>
public static class Raising
{
    public static SchedulingResult From(Lowered lowered, Plan plan)
    {
        var refusals = new Refusals(plan, lowered.Input.Options.WellKnown, lowered.Requests);
        return new SchedulingResult
        {
            Claims = [.. plan.Claims.Select(claim => Claim(lowered, plan, claim))],
            Existing = Existing(lowered, plan),
            Refusals = [.. plan.Refused.Select(it => Refusal(lowered, refusals, it))],
            EmptyPools =
            [
                .. plan
                    .Tables.Pools.Where(pool => pool.IsEmpty)
                    .Select(pool => new PoolRefusal(pool.Spec.Name, pool.FailsMinValues)),
            ],
            Cost = new(plan.CostMicros),
            Bound = new(plan.BoundMicros),
            GreedyCost = new(plan.GreedyCostMicros),
            TimedOut = plan.TimedOut,
            PlanSha256 = plan.Sha256(),
        };
    }

    private static PodRefusal Refusal(Lowered lowered, Refusals refusals, Refused refused)
    {
        var (message, why) = refusals.Of(refused);
        return new(lowered.Pods[refused.Pod], message, why, refused.Kind == RefusalKind.ReservedOffering);
    }

    private static NewClaim Claim(Lowered lowered, Plan plan, PlannedClaim claim)
    {
        var types = ImmutableArray.CreateBuilder<InstanceType>(claim.Types.Length);
        foreach (var type in claim.Types)
            types.Add(lowered.Types[type]);
        var pods = ImmutableArray.CreateBuilder<Pod>(claim.Pods.Length);
        foreach (var pod in claim.Pods)
            pods.Add(lowered.Pods[pod]);
        return new NewClaim
        {
            Pool = lowered.Templates[claim.Pool].Pool,
            Requirements = plan
                .Tables.Sets.Raise(claim.Set)
                .Remove(WellKnownLabels.Registered)
                .Remove(WellKnownLabels.Initialized),
            Types = types.MoveToImmutable(),
            Pods = pods.MoveToImmutable(),
            Requests = Quantities(lowered, claim),
            MinValuesRelaxed = claim.MinValuesRelaxed,
            Price = new HourlyPrice(claim.PriceMicros),
            Options = lowered.Input.Options,
        };
    }

    /// <summary>Summed over classes with the quantities as they were written, so that 512Mi stays 512Mi.</summary>
    private static ResourceList Quantities(Lowered lowered, PlannedClaim claim)
    {
        var counts = new SortedDictionary<int, long>();
        foreach (var pod in claim.Pods)
        {
            var id = lowered.Problem.Pods[pod].Class;
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }
        var sum = ResourceList.Empty;
        foreach (var (id, count) in counts)
            sum += lowered.Requests[id] * count;
        for (var resource = 0; resource < claim.Requests.Length; resource++)
        {
            var spec = lowered.Problem.Resources[resource];
            var exact = new Int128(0, (ulong)claim.Requests[resource]) * spec.UnitNanos;
            var overhead = exact - sum.Of(spec.Name).Nanos;
            if (overhead <= 0)
                continue;
            var format =
                sum.Of(spec.Name) is { IsZero: false } written ? written.Format
                : spec.Name is "memory" or "ephemeral-storage" ? QuantityFormat.BinarySi
                : QuantityFormat.DecimalSi;
            sum = sum.With(spec.Name, Quantity.FromNanos(exact, format));
        }
        return sum;
    }

    private static ImmutableArray<Placement> Existing(Lowered lowered, Plan plan)
    {
        var byNode = new SortedDictionary<int, ImmutableArray<Pod>.Builder>();
        for (var pod = 0; pod < plan.NodeOf.Count; pod++)
        {
            if (plan.NodeOf[pod] < 0)
                continue;
            if (!byNode.TryGetValue(plan.NodeOf[pod], out var pods))
                byNode[plan.NodeOf[pod]] = pods = ImmutableArray.CreateBuilder<Pod>();
            pods.Add(lowered.Pods[pod]);
        }
        return [.. byNode.Select(it => new Placement(lowered.Nodes[it.Key], it.Value.ToImmutable()))];
    }
}
