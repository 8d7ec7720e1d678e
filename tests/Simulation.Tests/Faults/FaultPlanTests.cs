using Tenon.Simulation.Faults;

namespace Tenon.Simulation.Tests.Faults;

public sealed class FaultPlanTests
{
    [Fact]
    public void Runs_differ_in_kind_and_every_site_is_armed_in_some_of_them()
    {
        var plans = Enumerable.Range(1, 200).Select(seed => FaultPlan.FromSeed((ulong)seed).Armed).ToList();

        foreach (var site in Enum.GetValues<FaultSite>())
            Assert.InRange(plans.Count(armed => armed.Contains(site)), 50, 110);
        Assert.True(plans.Select(armed => string.Join(',', armed)).Distinct().Count() > 150);
    }

    [Fact]
    public void What_happens_at_one_site_does_not_move_another()
    {
        var (quiet, busy) = (Plan(), Plan());
        for (var i = 0; i < 1_000; i++)
            busy.Strikes(FaultSite.ApiRefused);

        var expected = Enumerable.Range(0, 100).Select(_ => quiet.Strikes(FaultSite.NodeSlow)).ToList();
        Assert.Equal(expected, Enumerable.Range(0, 100).Select(_ => busy.Strikes(FaultSite.NodeSlow)).ToList());

        static FaultPlan Plan() => FaultPlan.Of(3, (FaultSite.ApiRefused, 500_000), (FaultSite.NodeSlow, 500_000));
    }

    [Fact]
    public void A_quiet_plan_strikes_no_more()
    {
        var plan = FaultPlan.Of(1, (FaultSite.PodCrash, 1_000_000));
        Assert.True(plan.Strikes(FaultSite.PodCrash));

        plan.IsQuiet = true;

        Assert.False(plan.Strikes(FaultSite.PodCrash));
        Assert.Equal(1, plan.Struck[FaultSite.PodCrash]);
    }
}
