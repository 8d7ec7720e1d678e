using static Tenon.Scheduling.Tests.World;

namespace Tenon.Scheduling.Tests;

/// <summary>A session remembers; it must never know better.</summary>
public sealed class Sessions
{
    [Fact]
    public void A_session_answers_every_question_as_a_fresh_start_would()
    {
        var session = new SchedulingSession();
        for (var seed = 1; seed <= 25; seed++)
        {
            var input = RandomWorlds.Of(seed);
            Agree(session, input, $"seed {seed}");
            Agree(session, input, $"seed {seed}, asked again");
            if (input.Nodes.IsEmpty)
                continue;
            var gone = input.Nodes[0].Name;
            Agree(
                session,
                input with
                {
                    Nodes = input.Nodes.RemoveAt(0),
                    Pods =
                    [
                        .. input.Pods,
                        .. input.Lookup.BoundPods.Where(it => it.NodeName == gone).Select(it => it.Pod),
                    ],
                },
                $"seed {seed}, without {gone}"
            );
        }
    }

    [Fact]
    public void A_session_notices_that_the_catalogue_changed()
    {
        var session = new SchedulingSession();
        var input = Moment([.. Pods(20, name => Pod(name, cpu: "1500m", memory: "1Gi"))]);
        var dear = session.Schedule(input, SolveLimits.Greedy);
        var fewer = input with { Pools = [input.Pools[0] with { Types = input.Pools[0].Types.RemoveAt(0) }] };
        Agree(session, fewer, "without a type");
        Agree(session, input with { Pools = [.. input.Pools, .. fewer.Pools] }, "with another pool");
        Assert.Equal(dear.PlanSha256, session.Schedule(input, SolveLimits.Greedy).PlanSha256);
    }

    [Fact]
    public void A_session_follows_pods_that_need_a_finer_unit_or_a_resource_nobody_sells()
    {
        var session = new SchedulingSession();
        Agree(session, Moment(Pod("whole", cpu: "1")), "whole cores");
        Agree(session, Moment(Pod("fine", cpu: "1500u")), "parts of a thousandth");
        Agree(session, Moment(Pod("whole", cpu: "1")), "whole cores again");
    }

    private static void Agree(SchedulingSession session, SchedulingInput input, string when)
    {
        var limits = new SolveLimits
        {
            Policy = SolvePolicy.Best,
            MaxRounds = 4,
            MaxSteps = 5_000_000,
        };
        var fresh = Scheduler.Schedule(input, limits);
        var remembered = session.Schedule(input, limits);
        Assert.True(fresh.PlanSha256 == remembered.PlanSha256, $"{when}: another plan");
        Assert.Equal((fresh.Cost, fresh.Bound), (remembered.Cost, remembered.Bound));
        Assert.Equal(
            fresh.Refusals.Select(it => (it.Pod.Metadata.Name, it.Message)),
            remembered.Refusals.Select(it => (it.Pod.Metadata.Name, it.Message))
        );
    }
}
