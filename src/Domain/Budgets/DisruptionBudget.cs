using System.Collections.Immutable;
using System.Globalization;

namespace Tenon.Domain.Budgets;

/// <summary>
/// How many nodes of a pool may leave at once, as written on the pool.
/// </summary>
/// <param name="Nodes">A count, or a percentage of the pool's initialized nodes, rounded up.</param>
/// <param name="Schedule">Cron text in UTC; comes with <paramref name="Duration"/> or not at all.</param>
/// <param name="Reasons">Null means every reason; an empty list means none.</param>
public sealed record DisruptionBudget(
    string Nodes,
    string? Schedule,
    TimeSpan? Duration,
    ImmutableArray<string>? Reasons
)
{
    /// <summary>What an inactive or absent budget allows.</summary>
    public const int Unlimited = int.MaxValue;

    public bool Covers(string reason) => Reasons is not { } reasons || reasons.Contains(reason, StringComparer.Ordinal);

    /// <summary>
    /// Nodes allowed to leave out of <paramref name="nodeCount"/>: <see cref="Unlimited"/> while the window is closed;
    /// an error when the schedule or the count cannot be read.
    /// </summary>
    public (int Allowed, string? Error) Evaluate(int nodeCount, DateTimeOffset now)
    {
        if (!IsActive(now, out var error))
            return (error is null ? Unlimited : 0, error);
        if (int.TryParse(Nodes, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
            return (count, null);
        if (
            Nodes.EndsWith('%')
            && int.TryParse(
                Nodes.AsSpan(0, Nodes.Length - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var percent
            )
        )
            return ((int)Math.Min(Unlimited, ((long)percent * nodeCount + 99) / 100), null);
        return (0, $"invalid value for IntOrString: invalid type: string is not a percentage (nodes={Nodes})");
    }

    /// <summary>The window is [hit, hit + duration); a schedule that never hits counts as always open.</summary>
    public bool IsActive(DateTimeOffset now, out string? error)
    {
        error = null;
        if (Schedule is null && Duration is null)
            return true;
        if (Schedule is null || Duration is not { } duration)
        {
            error = "a budget needs both schedule and duration, or neither";
            return false;
        }
        if (CronSchedule.TryParse(Schedule, out var reason) is not { } cron)
        {
            error = $"invariant violated, invalid cron {reason} (schedule={Schedule})";
            return false;
        }
        return cron.NextAfter(now - duration) is not { } hit || hit <= now;
    }
}
