using Tenon.Providers.Aws.Sessions;
using Tenon.Simulation.Clock;

namespace Tenon.Providers.Aws.Tests.Sessions;

public sealed class CallPacerTests
{
    private static TimeSpan TimeOf(SimulationLoop loop, CallPacer pacer, int calls, string operation)
    {
        var began = loop.Time.Elapsed;
        loop.Run(
            async () =>
            {
                for (var call = 0; call < calls; call++)
                    await pacer.TakeAsync("ec2", operation, CancellationToken.None);
            },
            TimeSpan.FromHours(1)
        );
        return loop.Time.Elapsed - began;
    }

    [Fact]
    public void Calls_stay_below_the_published_rate_of_their_api()
    {
        using var loop = new SimulationLoop();
        var pacer = new CallPacer(loop.Time);
        Assert.Equal(TimeSpan.Zero, TimeOf(loop, pacer, 50, "CreateFleet"));
        Assert.InRange(TimeOf(loop, pacer, 50, "CreateFleet").TotalSeconds, 9.9, 10.1);
        Assert.Equal(TimeSpan.Zero, TimeOf(loop, pacer, 100, "DescribeInstances"));
    }

    [Fact]
    public void A_throttled_reply_halves_the_rate_and_good_ones_restore_it()
    {
        using var loop = new SimulationLoop();
        var pacer = new CallPacer(loop.Time);
        pacer.Answered("ec2", "CreateFleet", throttled: true);
        Assert.InRange(TimeOf(loop, pacer, 10, "CreateFleet").TotalSeconds, 3.9, 4.1);
        for (var reply = 0; reply < 20; reply++)
            pacer.Answered("ec2", "CreateFleet", throttled: false);
        Assert.InRange(TimeOf(loop, pacer, 10, "CreateFleet").TotalSeconds, 1.9, 2.1);
    }
}
