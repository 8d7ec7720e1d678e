using Tenon.Disruption.Scoring;

namespace Tenon.Disruption.Tests;

public sealed class BalancedTests
{
    [Theory]
    [InlineData(58.08, 90, 7.26, 4, 2.81, true)]
    [InlineData(58.08, 90, 4.84, 5, 1.50, true)]
    [InlineData(58.08, 90, 2.42, 9, 0.417, false)]
    [InlineData(58.08, 90, 0, 4, 0, false)]
    [InlineData(48.40, 90, 2.42, 9, 0.50, true)]
    [InlineData(58.08, 117, 4.84, 5, 1.95, true)]
    [InlineData(58.08, 117, 4.84, 32, 0.305, false)]
    [InlineData(580.80, 900, 7.26, 4, 2.81, true)]
    public void The_reference_numbers_score_and_decide_as_upstream(
        double cost,
        double disruption,
        double savings,
        double caused,
        double score,
        bool approved
    )
    {
        var got = BalancedScore.Of(savings, caused, new PoolTotals(cost, disruption));
        Assert.Equal(score, got, 2);
        Assert.Equal(approved, BalancedScore.Approves(got));
    }

    [Fact]
    public void The_same_move_passes_a_laxer_threshold_and_fails_a_stricter_one()
    {
        var score = BalancedScore.Of(2.42, 9, new PoolTotals(58.08, 90));
        Assert.True(BalancedScore.Approves(score, 3));
        Assert.False(BalancedScore.Approves(score, 1));
    }

    [Fact]
    public void Savings_without_disruption_are_endless_and_nothing_for_nothing_is_refused()
    {
        Assert.Equal(double.PositiveInfinity, BalancedScore.Of(1, 0, new PoolTotals(10, 10)));
        Assert.Equal(0, BalancedScore.Of(0, 0, new PoolTotals(10, 10)));
        Assert.Equal(0, BalancedScore.Of(1, 1, new PoolTotals(0, 10)));
        Assert.Equal(0, BalancedScore.Of(1, 1, new PoolTotals(10, 0)));
    }
}
