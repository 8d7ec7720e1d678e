using Tenon.Api.Coordination;
using Tenon.Kube.Runtime.Leadership;

namespace Tenon.Kube.Tests.Leadership;

public sealed class LeaseDecisionTable
{
    private static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Past = Now.AddHours(-5);

    [Fact]
    public void No_lease_is_created() => Assert.Equal(new LeaseDecision.Create(Mine(Now, 0)), Decide(null, 0));

    [Fact]
    public void A_released_lease_is_taken_at_once() =>
        Assert.Equal(new LeaseDecision.Take(Mine(Now, 4)), Decide(Held("", 3), 0));

    [Fact]
    public void A_living_holder_is_waited_for_however_old_its_clock_says_the_lease_is() =>
        Assert.Equal(new LeaseDecision.Wait("other", TimeSpan.FromSeconds(12)), Decide(Held("other", 3), 3));

    [Fact]
    public void A_silent_holder_loses_the_lease() =>
        Assert.Equal(new LeaseDecision.Take(Mine(Now, 4)), Decide(Held("other", 3), 15));

    [Fact]
    public void Our_own_lease_is_renewed_and_remembers_when_it_was_acquired() =>
        Assert.Equal(new LeaseDecision.Renew(Mine(Past, 3)), Decide(Held("me", 3), 100));

    [Fact]
    public void A_released_lease_names_nobody_and_runs_out_in_a_second()
    {
        var released = LeaseDecision.Release(Held("me", 3).Spec, Now);
        Assert.Equal(("", 1, 3), (released.HolderIdentity, released.LeaseDurationSeconds, released.LeaseTransitions));
    }

    private static LeaseDecision Decide(Lease? lease, int unchangedSeconds) =>
        LeaseDecision.Decide(lease, TimeSpan.FromSeconds(unchangedSeconds), "me", TimeSpan.FromSeconds(15), Now);

    private static LeaseSpec Mine(DateTimeOffset acquired, int transitions) =>
        new()
        {
            HolderIdentity = "me",
            LeaseDurationSeconds = 15,
            AcquireTime = acquired,
            RenewTime = Now,
            LeaseTransitions = transitions,
        };

    private static Lease Held(string holder, int transitions) =>
        new()
        {
            Spec = new LeaseSpec
            {
                HolderIdentity = holder,
                LeaseDurationSeconds = 15,
                AcquireTime = Past,
                RenewTime = Past,
                LeaseTransitions = transitions,
            },
        };
}
