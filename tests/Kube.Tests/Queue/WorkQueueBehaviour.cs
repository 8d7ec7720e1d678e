using Tenon.Kube.Runtime.Queue;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Queue;

public sealed class WorkQueueBehaviour
{
    [Fact]
    public void A_key_added_twice_waits_once() =>
        World.Run(async time =>
        {
            var queue = new WorkQueue<string>(time);
            queue.Add("a");
            queue.Add("b");
            queue.Add("a");
            Assert.Equal(["a", "b"], await Drain(queue));
        });

    [Fact]
    public void A_key_in_hand_is_not_handed_out_again_until_it_is_given_back() =>
        World.Run(async time =>
        {
            var queue = new WorkQueue<string>(time);
            queue.Add("a");
            await queue.TakeAsync(default);
            queue.Add("a");
            queue.Add("b");
            Assert.Equal("b", (await queue.TakeAsync(default))!.Value.Key);
            var again = queue.TakeAsync(default);
            Assert.False(again.IsCompleted);
            queue.Done("a");
            Assert.Equal("a", (await again)!.Value.Key);
        });

    [Fact]
    public void The_highest_priority_goes_first_and_then_who_came_first() =>
        World.Run(async time =>
        {
            var queue = new WorkQueue<string>(time);
            queue.Add("low", priority: -100);
            queue.Add("x");
            queue.Add("y");
            queue.Add("high", priority: 10);
            queue.Add("y", priority: 5);
            queue.Add("high", priority: 1);
            Assert.Equal(["high", "y", "x", "low"], await Drain(queue));
        });

    [Fact]
    public void The_earliest_time_asked_for_counts() =>
        World.Run(async time =>
        {
            var queue = new WorkQueue<string>(time);
            var began = time.GetUtcNow();
            queue.Add("a", World.Seconds(30));
            queue.Add("a", World.Seconds(10));
            queue.Add("a", World.Seconds(20));
            Assert.Equal("a", (await queue.TakeAsync(default))!.Value.Key);
            Assert.Equal(World.Seconds(10), time.GetUtcNow() - began);
            Assert.Equal(0, queue.Count);
        });

    [Fact]
    public void Failures_double_the_pause_until_forgotten() =>
        World.Run(async time =>
        {
            var queue = new WorkQueue<string>(time);
            var pauses = Enumerable.Range(0, 20).Select(_ => queue.AddAfterFailure("a")).ToList();
            Assert.Equal([5, 10, 20, 40, 80], pauses.Take(5).Select(pause => pause.TotalMilliseconds));
            Assert.Equal(World.Seconds(1000), pauses[^1]);
            queue.Forget("a");
            Assert.Equal(5, queue.AddAfterFailure("a").TotalMilliseconds);
            await Drain(queue);
        });

    [Fact]
    public void A_worker_that_gave_up_waiting_gets_nothing_and_loses_nothing() =>
        World.Run(async time =>
        {
            var queue = new WorkQueue<string>(time);
            using var cancel = new CancellationTokenSource();
            var first = queue.TakeAsync(cancel.Token);
            var second = queue.TakeAsync(default);
            cancel.Cancel();
            queue.Add("a");
            Assert.Equal("a", (await second)!.Value.Key);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first);
        });

    [Fact]
    public void A_closed_queue_sends_its_workers_home() =>
        World.Run(async time =>
        {
            var queue = new WorkQueue<string>(time);
            var waiting = queue.TakeAsync(default);
            queue.Close();
            queue.Add("a");
            Assert.Null(await waiting);
            Assert.Null(await queue.TakeAsync(default));
        });

    [Fact]
    public async Task Threads_share_a_queue_without_losing_a_key_or_holding_one_twice()
    {
        using var queue = new WorkQueue<int>(TimeProvider.System);
        var inHand = new int[50];
        var done = 0;
        var workers = Enumerable
            .Range(0, 8)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (await queue.TakeAsync(default) is { } item)
                    {
                        Assert.Equal(1, Interlocked.Increment(ref inHand[item.Key]));
                        await Task.Yield();
                        Interlocked.Decrement(ref inHand[item.Key]);
                        Interlocked.Increment(ref done);
                        queue.Done(item.Key);
                    }
                })
            )
            .ToList();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(seed =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 5000; i++)
                            queue.Add((i * 7 + seed) % 50, TimeSpan.FromTicks(i % 3 * 100), i % 4);
                    })
                )
        );
        while (queue.Count > 0 || queue.InHand.Count > 0)
            await Task.Delay(5);
        queue.Close();
        await Task.WhenAll(workers);
        Assert.InRange(done, 50, 20000);
    }

    private static async Task<List<string>> Drain(WorkQueue<string> queue)
    {
        List<string> keys = [];
        while (queue.Count > 0)
        {
            var item = (await queue.TakeAsync(default))!.Value;
            keys.Add(item.Key);
            queue.Done(item.Key);
        }
        return keys;
    }
}
