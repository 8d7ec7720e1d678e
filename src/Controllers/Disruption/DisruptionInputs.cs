using System.Collections.Immutable;
using Tenon.Api.Names;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Controllers.Provisioning;
using Tenon.Disruption;
using Tenon.Disruption.Candidates;
using Tenon.Domain.Catalog;
using Tenon.Domain.Cluster;
using Tenon.Foundation.Units;
using Tenon.Scheduling;

namespace Tenon.Controllers.Disruption;

/// <summary>Gathers, at one moment, everything that a disruption decision is made from.</summary>
internal sealed class DisruptionInputs(
    OperatorContext context,
    SchedulingInputs scheduling,
    InstanceTypeBook types,
    CommandQueue queue,
    MoveBook moves
)
{
    private readonly SchedulingSession _session = new();

    /// <param name="longest">
    /// How long the decision may take before it is cut short; null for as long as it takes.
    /// </param>
    public async ValueTask<DisruptionInput> TakeAsync(TimeSpan? longest, CancellationToken cancel)
    {
        var pools = scheduling.ManagedPools();
        var offers = await types.OfAsync(pools, cancel);
        var cluster = context.View.Current;
        var started = context.Time.GetTimestamp();
        return new DisruptionInput
        {
            Cluster = cluster,
            Pools = pools.ToImmutableSortedDictionary(
                static pool => pool.Metadata.Name ?? "",
                static pool => pool,
                StringComparer.Ordinal
            ),
            Types = offers,
            Pdbs = new PdbLimits(context.Stores.Budgets.All),
            Pending = scheduling.PendingPods(cluster).Pending,
            DaemonPods = scheduling.Daemons(),
            Lookup = scheduling.Lookup(cluster),
            Scheduling = scheduling.Options,
            Queued = queue.Keys,
            PoolCosts = Costs(cluster, offers),
            Session = _session,
            SpotToSpot = context.Options.Gates.SpotToSpotConsolidation,
            Policy = context.Options.DisruptionPolicy,
            Moves = moves.Current,
            WellKnown = scheduling.WellKnown,
            Now = context.Time.GetUtcNow(),
            ShouldStop = longest is { } limit ? () => context.Time.GetElapsedTime(started) > limit : null,
        };
    }

    /// <summary>What the machines of each pool cost, as far as their labels and the price list tell.</summary>
    internal static ImmutableSortedDictionary<string, HourlyPrice> Costs(
        ClusterSnapshot cluster,
        ImmutableSortedDictionary<string, ImmutableArray<InstanceType>> types
    )
    {
        var costs = new SortedDictionary<string, HourlyPrice>(StringComparer.Ordinal);
        var byName = types.ToDictionary(
            static pair => pair.Key,
            static pair => pair.Value.ToDictionary(static type => type.Name, StringComparer.Ordinal),
            StringComparer.Ordinal
        );
        foreach (var claim in cluster.Claims.Values)
            if (
                byName.TryGetValue(claim.PoolName, out var sold)
                && sold.TryGetValue(claim.Label(WellKnownLabels.InstanceType), out var type)
                && type.PriceIn(claim.Label(WellKnownLabels.Zone), claim.Label(WellKnownLabels.CapacityType))
                    is { } price
            )
                costs[claim.PoolName] = costs.GetValueOrDefault(claim.PoolName) + price;
        return costs.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }
}
