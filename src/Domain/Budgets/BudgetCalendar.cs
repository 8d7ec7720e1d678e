using System.Collections.Immutable;

namespace Tenon.Domain.Budgets;

/// <summary>All budgets of one pool, read together.</summary>
public static class BudgetCalendar
{
    /// <summary>
    /// The smallest allowance of the budgets that cover <paramref name="reason"/>. One budget that cannot be read
    /// closes the pool for every reason, also for those it does not list: a broken fence is no gate.
    /// </summary>
    public static (int Allowed, string? Error) Allowed(
        ImmutableArray<DisruptionBudget> budgets,
        string reason,
        int nodeCount,
        DateTimeOffset now
    )
    {
        var allowed = DisruptionBudget.Unlimited;
        string? firstError = null;
        foreach (var budget in budgets)
        {
            var (value, error) = budget.Evaluate(nodeCount, now);
            firstError ??= error;
            if (error is null && budget.Covers(reason))
                allowed = Math.Min(allowed, value);
        }
        return firstError is null ? (allowed, null) : (0, firstError);
    }
}
