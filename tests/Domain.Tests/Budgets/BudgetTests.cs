using System.Collections.Immutable;
using System.Globalization;
using Tenon.Domain.Budgets;

namespace Tenon.Domain.Tests.Budgets;

public sealed class BudgetTests
{
    private static readonly DateTimeOffset Noon = At("2026-03-04T12:00:00Z"); // a Wednesday

    [Theory]
    [InlineData("0 9 * * 1-5", "2026-03-04T12:00:00Z", "2026-03-05T09:00:00Z")]
    [InlineData("0 9 * * mon-FRI", "2026-03-06T09:00:00Z", "2026-03-09T09:00:00Z")]
    [InlineData("*/15 * * * *", "2026-03-04T12:00:00Z", "2026-03-04T12:15:00Z")]
    [InlineData("5/20 * * * *", "2026-03-04T12:06:30Z", "2026-03-04T12:25:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-04T12:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 1 jan ?", "2026-03-04T12:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@daily", "2026-03-04T12:00:00Z", "2026-03-05T00:00:00Z")]
    [InlineData("@weekly", "2026-03-04T12:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("@hourly", "2026-03-04T12:59:59Z", "2026-03-04T13:00:00Z")]
    [InlineData("@yearly", "2026-03-04T12:00:00Z", "2027-01-01T00:00:00Z")]
    public void A_schedule_hits_strictly_after_the_time_asked(string cron, string after, string expected) =>
        Assert.Equal(At(expected), CronSchedule.TryParse(cron, out _)!.NextAfter(At(after)));

    [Fact]
    public void Restricted_days_of_month_and_week_are_either_or_and_a_star_makes_them_both()
    {
        Assert.Equal(At("2026-03-06T00:00:00Z"), Next("0 0 13 * 5"));
        Assert.Equal(At("2026-03-13T00:00:00Z"), Next("0 0 13 * *"));
        Assert.Equal(At("2026-03-06T00:00:00Z"), Next("0 0 * * 5"));
    }

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 7")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("@fortnightly")]
    [InlineData("nonsense")]
    public void What_is_no_schedule_says_why(string cron)
    {
        Assert.Null(CronSchedule.TryParse(cron, out var error));
        Assert.False(string.IsNullOrEmpty(error));
    }

    [Fact]
    public void A_schedule_that_never_hits_has_no_next_hit_and_its_budget_is_always_active()
    {
        Assert.Null(CronSchedule.TryParse("0 0 30 2 *", out _)!.NextAfter(Noon));
        Assert.True(Budget("0", "0 0 30 2 *", 60).IsActive(Noon, out _));
    }

    [Fact]
    public void A_window_opens_at_the_hit_and_closes_after_its_duration()
    {
        var budget = Budget("0", "0 12 * * *", 60);
        Assert.False(budget.IsActive(Noon.AddSeconds(-1), out _));
        Assert.True(budget.IsActive(Noon, out _));
        Assert.True(budget.IsActive(Noon.AddMinutes(59), out _));
        Assert.False(budget.IsActive(Noon.AddMinutes(60), out _));
    }

    [Fact]
    public void Windows_longer_than_their_recurrence_never_close() =>
        Assert.True(Budget("0", "@hourly", 90).IsActive(Noon.AddMinutes(59), out _));

    [Theory]
    [InlineData("5%", 10, 1)]
    [InlineData("10%", 1, 1)]
    [InlineData("50%", 5, 3)]
    [InlineData("100%", 7, 7)]
    [InlineData("0%", 7, 0)]
    [InlineData("3", 100, 3)]
    [InlineData("0", 100, 0)]
    public void Percentages_round_up_and_counts_stand_as_they_are(string nodes, int count, int allowed) =>
        Assert.Equal((allowed, (string?)null), Budget(nodes).Evaluate(count, Noon));

    [Fact]
    public void The_smallest_budget_that_covers_the_reason_rules_and_an_inactive_one_does_not_count()
    {
        ImmutableArray<DisruptionBudget> budgets =
        [
            Budget("10"),
            Budget("5") with
            {
                Reasons = ["Empty"],
            },
            Budget("0", "0 3 * * *", 60),
            Budget("1") with
            {
                Reasons = [],
            },
        ];
        Assert.Equal(5, BudgetCalendar.Allowed(budgets, "Empty", 100, Noon).Allowed);
        Assert.Equal(10, BudgetCalendar.Allowed(budgets, "Drifted", 100, Noon).Allowed);
    }

    [Fact]
    public void No_budget_at_all_allows_everything() =>
        Assert.Equal(DisruptionBudget.Unlimited, BudgetCalendar.Allowed([], "Empty", 100, Noon).Allowed);

    [Theory]
    [InlineData("many", null)]
    [InlineData("5", "not a cron")]
    public void One_budget_that_cannot_be_read_closes_the_pool_for_every_reason(string nodes, string? cron)
    {
        var broken = new DisruptionBudget(nodes, cron, cron is null ? null : TimeSpan.FromHours(1), ["Empty"]);
        var (allowed, error) = BudgetCalendar.Allowed([Budget("10"), broken], "Drifted", 100, Noon);
        Assert.Equal(0, allowed);
        Assert.NotNull(error);
    }

    private static DateTimeOffset? Next(string cron) => CronSchedule.TryParse(cron, out _)!.NextAfter(Noon);

    private static DisruptionBudget Budget(string nodes, string? cron = null, int minutes = 0) =>
        new(nodes, cron, cron is null ? null : TimeSpan.FromMinutes(minutes), null);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
