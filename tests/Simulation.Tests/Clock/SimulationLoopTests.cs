using System.Threading.Channels;
using Tenon.Simulation.Clock;

namespace Tenon.Simulation.Tests.Clock;

public sealed class SimulationLoopTests : IDisposable
{
    private readonly SimulationLoop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void Timers_fire_by_time_and_then_by_insertion()
    {
        var fired = new List<string>();
        foreach (var (name, seconds) in new[] { ("c", 3), ("a", 1), ("b1", 2), ("b2", 2), ("b3", 2) })
            _ = _loop.Time.CreateTimer(
                _ => fired.Add(name),
                null,
                TimeSpan.FromSeconds(seconds),
                Timeout.InfiniteTimeSpan
            );

        _loop.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(["a", "b1", "b2", "b3"], fired);

        _loop.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal("c", fired[^1]);
        Assert.Equal(TimeSpan.FromSeconds(3), _loop.Time.Elapsed);
    }

    [Fact]
    public void A_week_of_waiting_takes_no_time()
    {
        var woke = default(DateTimeOffset);
        _loop.Spawn(
            "sleeper",
            async () =>
            {
                await Task.Delay(TimeSpan.FromDays(7), _loop.Time);
                woke = _loop.Time.GetUtcNow();
            }
        );

        _loop.RunFor(TimeSpan.FromDays(8));

        Assert.Equal(_loop.Time.Start.AddDays(7), woke);
    }

    [Fact]
    public void Delays_stay_on_the_loop() =>
        StaysOnLoop(async () => await Task.Delay(TimeSpan.FromSeconds(1), _loop.Time));

    [Fact]
    public void Periodic_timers_stay_on_the_loop_and_keep_their_beat() =>
        StaysOnLoop(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), _loop.Time);
            for (var beat = 1; beat <= 3; beat++)
            {
                Assert.True(await timer.WaitForNextTickAsync());
                Assert.Equal(TimeSpan.FromSeconds(10 * beat), _loop.Time.Elapsed);
            }
        });

    [Fact]
    public void Timeouts_cancel_on_the_loop() =>
        StaysOnLoop(async () =>
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5), _loop.Time);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                Task.Delay(TimeSpan.FromHours(1), _loop.Time, timeout.Token)
            );
            Assert.Equal(TimeSpan.FromSeconds(5), _loop.Time.Elapsed);
        });

    [Fact]
    public void Waiting_with_a_limit_stays_on_the_loop() =>
        StaysOnLoop(async () =>
        {
            var never = new TaskCompletionSource();
            await Assert.ThrowsAsync<TimeoutException>(() => never.Task.WaitAsync(TimeSpan.FromSeconds(2), _loop.Time));
        });

    [Fact]
    public void Channels_stay_on_the_loop() =>
        StaysOnLoop(async () =>
        {
            var channel = Channel.CreateBounded<int>(1);
            var writer = Write();
            var sum = 0;
            while (await channel.Reader.WaitToReadAsync())
            while (channel.Reader.TryRead(out var item))
            {
                Assert.True(_loop.IsOnLoop);
                sum += item;
            }
            await writer;
            Assert.Equal(45, sum);

            async Task Write()
            {
                for (var i = 0; i < 10; i++)
                {
                    await channel.Writer.WriteAsync(i);
                    Assert.True(_loop.IsOnLoop);
                }
                channel.Writer.Complete();
            }
        });

    [Fact]
    public void Async_streams_stay_on_the_loop() =>
        StaysOnLoop(async () =>
        {
            var seen = 0;
            await foreach (var _ in Count())
            {
                Assert.True(_loop.IsOnLoop);
                seen++;
            }
            Assert.Equal(3, seen);

            async IAsyncEnumerable<int> Count()
            {
                for (var i = 0; i < 3; i++)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), _loop.Time);
                    yield return i;
                }
            }
        });

    [Fact]
    public void Completion_sources_and_whens_stay_on_the_loop() =>
        StaysOnLoop(async () =>
        {
            var source = new TaskCompletionSource();
            _ = _loop.Time.CreateTimer(
                _ => source.SetResult(),
                null,
                TimeSpan.FromSeconds(1),
                Timeout.InfiniteTimeSpan
            );
            await Task.WhenAll(source.Task, Task.Delay(TimeSpan.FromSeconds(2), _loop.Time));
            Assert.True(_loop.IsOnLoop);
            await Task.WhenAny(source.Task, Task.Delay(TimeSpan.FromDays(2), _loop.Time));
            await Task.Yield();
        });

    [Fact]
    public void A_cancelled_delay_leaves_no_timer_behind()
    {
        using var stop = new CancellationTokenSource();
        _loop.Spawn("sleeper", () => Task.Delay(TimeSpan.FromHours(1), _loop.Time, stop.Token));
        _loop.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _loop.Time.PendingTimers);

        _loop.Post(_ => stop.Cancel(), null);
        _loop.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(0, _loop.Time.PendingTimers);
    }

    [Fact]
    public void An_unhandled_exception_ends_the_run_and_names_its_origin()
    {
        _loop.Spawn(
            "the careless controller",
            async () =>
            {
                await Task.Delay(TimeSpan.FromMinutes(3), _loop.Time);
                throw new InvalidOperationException("no such node");
            }
        );

        var fault = Assert.Throws<SimulationFaultException>(() => _loop.RunFor(TimeSpan.FromHours(1)));

        Assert.Equal("the careless controller", fault.Origin);
        Assert.Equal(TimeSpan.FromMinutes(3), fault.At);
        Assert.Contains("no such node", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_leaves_the_loop_is_caught()
    {
        using var blocked = new ManualResetEventSlim();
        _loop.Spawn("the hopper", async () => await Task.Run(blocked.Wait));
        _loop.RunFor(TimeSpan.FromSeconds(1));
        blocked.Set();

        var fault = Assert.Throws<SimulationFaultException>(() =>
        {
            // The pool thread needs a moment of life to finish; the loop itself never waits.
            for (var patience = 0; patience < 2_000; patience++)
            {
                Thread.Sleep(1);
                _loop.RunFor(TimeSpan.FromSeconds(1));
            }
        });

        Assert.Contains("left the loop", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_world_that_spins_without_time_passing_is_a_livelock()
    {
        using var loop = new SimulationLoop(new SimulationLoopOptions { CallbacksPerInstant = 1_000 });
        loop.Spawn(
            "spinner",
            async () =>
            {
                while (true)
                    await Task.Yield();
            }
        );

        var fault = Assert.Throws<SimulationFaultException>(() => loop.RunFor(TimeSpan.FromSeconds(1)));

        Assert.Contains("livelock", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_until_something_holds_stops_at_that_moment()
    {
        var done = false;
        _ = _loop.Time.CreateTimer(_ => done = true, null, TimeSpan.FromSeconds(42), Timeout.InfiniteTimeSpan);

        Assert.True(_loop.RunUntil(() => done, TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.FromSeconds(42), _loop.Time.Elapsed);
        Assert.False(_loop.RunUntil(() => false, TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromSeconds(102), _loop.Time.Elapsed);
    }

    [Fact]
    public void The_observer_looks_only_when_nothing_is_ready()
    {
        var pending = 0;
        var looks = new List<int>();
        _loop.Settled = () => looks.Add(pending);
        for (var i = 0; i < 5; i++)
        {
            pending++;
            _loop.Post(_ => pending--, null);
        }

        _loop.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal([0], looks);
    }

    [Fact]
    public async Task A_live_loop_serves_other_threads_and_keeps_the_pace()
    {
        using var loop = new SimulationLoop(new SimulationLoopOptions { AllowForeignWork = true });
        using var stop = new CancellationTokenSource();
        var fired = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = loop.Time.CreateTimer(
            _ => fired.TrySetResult(loop.Time.Elapsed),
            null,
            TimeSpan.FromSeconds(20),
            Timeout.InfiniteTimeSpan
        );
        var thread = new Thread(() => loop.RunPaced(speed: 200, TimeProvider.System, stop.Token));
        thread.Start();

        Assert.Equal(TimeSpan.FromSeconds(20), await fired.Task);
        Assert.True(await loop.InvokeAsync(() => ValueTask.FromResult(loop.IsOnLoop)));

        await stop.CancelAsync();
        thread.Join();
        Assert.True(loop.Time.Elapsed >= TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_million_callbacks_cost_little_memory()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        _loop.Spawn(
            "worker",
            async () =>
            {
                for (var i = 0; i < 1_000_000; i++)
                    await Task.Yield();
            }
        );

        _loop.RunFor(TimeSpan.FromSeconds(1));

        Assert.True(_loop.Callbacks > 1_000_000);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - allocated) / 1_000_000, 0, 200);
    }

    private void StaysOnLoop(Func<Task> work) =>
        _loop.Run(
            async () =>
            {
                await work();
                Assert.True(_loop.IsOnLoop);
            },
            TimeSpan.FromHours(1)
        );
}
