using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Domain.Budgets;

namespace Tenon.Disruption;

/// <summary>How many nodes of each pool may still be taken for one reason, in one pass.</summary>
public sealed class BudgetLedger
{
    private readonly SortedDictionary<string, int> _left = new(StringComparer.Ordinal);

    /// <summary>What the budgets allow, before what already leaves is subtracted; for the gauge.</summary>
    public ImmutableSortedDictionary<string, int> Allowed { get; }

    /// <summary>Nodes that already consume the budget: not ready, or on their way out.</summary>
    public ImmutableSortedDictionary<string, int> Consuming { get; }

    public ImmutableArray<Notice> Notices { get; }

    private BudgetLedger(
        SortedDictionary<string, int> left,
        ImmutableSortedDictionary<string, int> allowed,
        ImmutableSortedDictionary<string, int> consuming,
        ImmutableArray<Notice> notices
    ) => (_left, Allowed, Consuming, Notices) = (left, allowed, consuming, notices);

    /// <summary>Counts initialized machines of ours that are not being terminated by the cloud already.</summary>
    public static BudgetLedger For(string reason, DisruptionInput input)
    {
        var total = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var leaving = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var state in input.Cluster.Nodes.Values)
        {
            if (!state.IsManaged || !state.IsInitialized || state.NodePool is not { } pool)
                continue;
            if (state.Claim!.Status.Conditions.Any(static it => it is { Type: "InstanceTerminating", Status: "True" }))
                continue;
            total[pool] = total.GetValueOrDefault(pool) + 1;
            if (!state.IsReady || state.IsMarkedForDeletion)
                leaving[pool] = leaving.GetValueOrDefault(pool) + 1;
        }
        var left = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var allowed = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        var notices = ImmutableArray.CreateBuilder<Notice>();
        foreach (var (name, pool) in input.Pools)
        {
            var count = total.GetValueOrDefault(name);
            allowed[name] = BudgetCalendar.Allowed(Of(pool), reason, count, input.Now).Allowed;
            left[name] = Math.Max(0, allowed[name] - leaving.GetValueOrDefault(name));
            if (count != 0 && allowed[name] == 0)
                notices.Add(
                    new Notice(
                        [pool],
                        "DisruptionBlocked",
                        $"No allowed disruptions for disruption reason {reason} due to blocking budget",
                        [reason],
                        TimeSpan.FromMinutes(1)
                    )
                );
        }
        return new BudgetLedger(
            left,
            allowed.ToImmutable(),
            leaving.ToImmutableSortedDictionary(StringComparer.Ordinal),
            notices.ToImmutable()
        );
    }

    public int Left(string pool) => _left.GetValueOrDefault(pool);

    /// <summary>Takes one node out of the pool's allowance; false when there is none left.</summary>
    public bool TryTake(string pool)
    {
        if (Left(pool) <= 0)
            return false;
        _left[pool]--;
        return true;
    }

    /// <summary>The budgets as written; a pool that states none at all has the default of 10 %.</summary>
    public static ImmutableArray<DisruptionBudget> Of(NodePool pool) =>
        pool.Spec.Disruption?.Budgets is not { } budgets
            ? [new DisruptionBudget("10%", null, null, null)]
            :
            [
                .. budgets.Select(static it => new DisruptionBudget(
                    it.Nodes ?? "10%",
                    it.Schedule,
                    it.Duration?.ToTimeSpan(),
                    it.Reasons is { } reasons ? [.. reasons] : null
                )),
            ];
}
