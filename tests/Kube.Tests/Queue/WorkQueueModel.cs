using Tenon.Foundation.Random;
using Tenon.Kube.Runtime.Queue;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Queue;

/// <summary>The queue against a list that is searched from end to end for every answer.</summary>
public sealed class WorkQueueModel
{
    [Fact]
    public void The_queue_does_what_a_naive_list_does()
    {
        for (ulong seed = 1; seed <= 200; seed++)
            World.Run(time => Compare(time, seed));
    }

    private static async Task Compare(TimeProvider time, ulong seed)
    {
        var prng = new Prng(seed);
        using var queue = new WorkQueue<int>(time);
        var model = new NaiveQueue(time);
        List<int> inHand = [];
        for (var step = 0; step < 300; step++)
        {
            var key = prng.Next(6);
            switch (prng.Next(10))
            {
                case < 4:
                    var (after, priority) = (
                        prng.Chance(500_000) ? TimeSpan.Zero : TimeSpan.FromSeconds(prng.Next(30)),
                        prng.Next(3)
                    );
                    queue.Add(key, after, priority);
                    model.Add(key, after, priority);
                    break;
                case < 7 when model.Next(inHand) is { } expected:
                    var item = (await queue.TakeAsync(default))!.Value;
                    Assert.True(
                        expected == (item.Key, item.Priority),
                        $"seed {seed} step {step}: expected {expected}, got {item}"
                    );
                    inHand.Add(item.Key);
                    break;
                case < 7:
                    using (var cancel = new CancellationTokenSource())
                    {
                        var nothing = queue.TakeAsync(cancel.Token);
                        Assert.False(nothing.IsCompleted, $"seed {seed} step {step}: nothing was ready");
                        cancel.Cancel();
                        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await nothing);
                    }
                    break;
                case < 9 when inHand.Count > 0:
                    var back = prng.Pick(inHand);
                    inHand.Remove(back);
                    queue.Done(back);
                    break;
                default:
                    await time.Pass(prng.Next(20));
                    model.Settle();
                    break;
            }
            Assert.Equal(model.Count, queue.Count);
        }
    }

    private sealed class NaiveQueue(TimeProvider time)
    {
        private readonly List<Waiting> _waiting = [];
        private int _order;

        public int Count => _waiting.Count;

        public void Add(int key, TimeSpan after, int priority)
        {
            var at = time.GetUtcNow() + after;
            var entry = _waiting.Find(waiting => waiting.Key == key);
            if (entry is null)
                _waiting.Add(
                    entry = new Waiting
                    {
                        Key = key,
                        At = at,
                        Priority = priority,
                        Added = _order++,
                    }
                );
            if (entry.Ready is null && at < entry.At)
                entry.At = at;
            entry.Priority = Math.Max(entry.Priority, priority);
            Settle();
        }

        /// <summary>Whoever's time has come gets a place in the line, in the order of times.</summary>
        public void Settle()
        {
            foreach (
                var entry in _waiting
                    .Where(entry => entry.Ready is null && entry.At <= time.GetUtcNow())
                    .OrderBy(entry => entry.At)
                    .ThenBy(entry => entry.Added)
            )
                entry.Ready = _order++;
        }

        public (int Key, int Priority)? Next(List<int> inHand)
        {
            var next = _waiting
                .Where(entry => entry.Ready is not null && !inHand.Contains(entry.Key))
                .OrderByDescending(entry => entry.Priority)
                .ThenBy(entry => entry.Ready)
                .FirstOrDefault();
            if (next is null)
                return null;
            _waiting.Remove(next);
            return (next.Key, next.Priority);
        }

        private sealed class Waiting
        {
            public int Key { get; init; }
            public DateTimeOffset At { get; set; }
            public int Priority { get; set; }
            public int Added { get; init; }
            public int? Ready { get; set; }
        }
    }
}
