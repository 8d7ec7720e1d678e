using Tenon.Foundation.Random;
using Tenon.Simulation.Clock;

namespace Tenon.Simulation.Tests.Clock;

public sealed class TimerHeapTests
{
    [Fact]
    public void Timers_armed_moved_and_cancelled_at_random_still_fire_in_order()
    {
        using var loop = new SimulationLoop();
        var dice = new Prng(7);
        var expected = new SortedDictionary<(long Due, int Order), int>();
        var keys = new Dictionary<int, (long, int)>();
        var timers = new List<ITimer>();
        var fired = new List<int>();
        var order = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var id = i;
            timers.Add(
                loop.Time.CreateTimer(_ => fired.Add(id), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
            );
            Arm(id);
            var other = dice.Next(timers.Count);
            if (dice.Chance(300_000))
                Arm(other);
            if (!dice.Chance(200_000))
                continue;
            timers[other].Dispose();
            if (keys.Remove(other, out var gone))
                expected.Remove(gone);
        }

        loop.RunFor(TimeSpan.FromHours(1));

        Assert.Equal(expected.Values, fired);

        void Arm(int id)
        {
            var due = dice.Next(1, 500);
            if (!timers[id].Change(TimeSpan.FromSeconds(due), Timeout.InfiniteTimeSpan))
                return;
            if (keys.TryGetValue(id, out var old))
                expected.Remove(old);
            keys[id] = (due, order);
            expected[(due, order++)] = id;
        }
    }
}
