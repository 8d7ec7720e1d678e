using System.Diagnostics.Metrics;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Controllers;

public sealed class ControllerHostBehaviour
{
    [Fact]
    public void Nothing_is_reconciled_before_the_stores_are_in_sync_and_then_everything_once() =>
        World.Run(async time =>
        {
            var (server, host) = Host(time);
            foreach (var name in new[] { "b", "a", "c" })
                server.Put(name, "1");
            List<string> seen = [];
            var store = host.Informers.Of<Namespace>();
            host.Add(
                new ControllerOptions { Name = "test" },
                Reconcile(key =>
                {
                    Assert.True(store.IsSynced);
                    seen.Add(key.Name);
                }),
                Source.Of(store)
            );
            await Run(host, time, 10);
            Assert.Equal(["a", "b", "c"], seen);
        });

    [Fact]
    public void A_crashing_key_is_retried_with_back_off_and_holds_up_nobody() =>
        World.Run(async time =>
        {
            var listener = new Told();
            var (server, host) = Host(time, new ControllerHostOptions { Listener = listener });
            foreach (var name in new[] { "bad", "good" })
                server.Put(name, "1");
            List<(string, double)> seen = [];
            var began = time.GetUtcNow();
            host.Add(
                new ControllerOptions { Name = "test" },
                Reconcile(key =>
                {
                    seen.Add((key.Name, (time.GetUtcNow() - began).TotalMilliseconds));
                    if (key.Name == "bad" && seen.Count < 5)
                        throw new InvalidOperationException("boom");
                }),
                Source.Of(host.Informers.Of<Namespace>())
            );
            await Run(host, time, 10);
            Assert.Equal(["bad", "good", "bad", "bad", "bad"], seen.Select(entry => entry.Item1));
            var bad = seen.Where(entry => entry.Item1 == "bad").Select(entry => entry.Item2).ToList();
            Assert.Equal([5, 10, 20], bad.Zip(bad.Skip(1), (first, next) => next - first));
            Assert.Equal(["test bad boom 1", "test bad boom 2", "test bad boom 3"], listener.Failures);
        });

    [Fact]
    public void A_terminal_failure_is_not_retried_until_the_object_changes() =>
        World.Run(async time =>
        {
            var (server, host) = Host(time);
            server.Put("a", "1");
            var runs = 0;
            host.Add(
                new ControllerOptions { Name = "test" },
                Reconcile(_ =>
                {
                    runs++;
                    throw new TerminalException("no such thing");
                }),
                Source.Of(host.Informers.Of<Namespace>())
            );
            using var stop = new CancellationTokenSource();
            var running = host.RunAsync(stop.Token);
            await time.Pass(100);
            Assert.Equal(1, runs);
            server.Put("a", "2");
            await time.Pass(100);
            Assert.Equal(2, runs);
            stop.Cancel();
            await running;
        });

    [Fact]
    public void A_reconcile_that_takes_too_long_is_cancelled_counted_and_retried() =>
        World.Run(async time =>
        {
            using var meter = new Meter("test");
            using var counted = new Counts(meter);
            var listener = new Told();
            var (server, host) = Host(time, new ControllerHostOptions { Meter = meter, Listener = listener });
            server.Put("a", "1");
            var runs = 0;
            host.Add(
                new ControllerOptions { Name = "test", ReconcileTimeout = World.Seconds(5) },
                new Reconciler(
                    async (_, cancel) =>
                    {
                        if (++runs == 1)
                            await Task.Delay(World.Seconds(3600), time, cancel);
                        return Requeue.Never;
                    }
                ),
                Source.Of(host.Informers.Of<Namespace>())
            );
            await Run(host, time, 10);
            Assert.Equal(2, runs);
            Assert.Equal(1, counted["controller_runtime_reconcile_timeouts_total controller=test"]);
            Assert.Equal(1, counted["controller_runtime_reconcile_total controller=test result=error"]);
            Assert.Equal(1, counted["controller_runtime_reconcile_total controller=test result=success"]);
            Assert.Equal(2, counted["workqueue_adds_total controller=test name=test"]);
            Assert.Equal(1, counted["workqueue_retries_total controller=test name=test"]);
            Assert.Contains("took longer than 00:00:05", Assert.Single(listener.Failures));
        });

    [Fact]
    public void A_conflict_is_tried_again_without_a_word() =>
        World.Run(async time =>
        {
            var listener = new Told();
            var (server, host) = Host(time, new ControllerHostOptions { Listener = listener });
            server.Put("a", "1");
            var runs = 0;
            host.Add(
                new ControllerOptions { Name = "test" },
                Reconcile(_ =>
                {
                    if (++runs < 3)
                        throw new KubeException(new KubeError(KubeErrorKind.Conflict, 409, "changed"));
                }),
                Source.Of(host.Informers.Of<Namespace>())
            );
            await Run(host, time, 10);
            Assert.Equal(3, runs);
            Assert.Empty(listener.Failures);
        });

    [Fact]
    public void Workers_share_the_keys_but_never_one_key() =>
        World.Run(async time =>
        {
            var (server, host) = Host(time);
            for (var i = 0; i < 6; i++)
                server.Put($"ns-{i}", "1");
            HashSet<string> active = [];
            var most = 0;
            host.Add(
                new ControllerOptions { Name = "test", Workers = 3 },
                new Reconciler(
                    async (key, cancel) =>
                    {
                        Assert.True(active.Add(key.Name));
                        most = Math.Max(most, active.Count);
                        await Task.Delay(World.Seconds(1), time, cancel);
                        active.Remove(key.Name);
                        return Requeue.In(World.Seconds(0.5));
                    }
                ),
                Source.Of(host.Informers.Of<Namespace>())
            );
            await Run(host, time, 60);
            Assert.Equal(3, most);
        });

    [Fact]
    public void A_singleton_runs_at_once_then_when_it_said_or_when_it_is_woken() =>
        World.Run(async time =>
        {
            var (_, host) = Host(time);
            List<double> at = [];
            var began = time.GetUtcNow();
            var trigger = host.AddSingleton(
                "tick",
                _ =>
                {
                    at.Add((time.GetUtcNow() - began).TotalSeconds);
                    return ValueTask.FromResult(Requeue.In(World.Seconds(10)));
                }
            );
            using var stop = new CancellationTokenSource();
            var running = host.RunAsync(stop.Token);
            await time.Pass(25);
            trigger.Fire();
            await time.Pass(5);
            Assert.Equal([0, 10, 20, 25], at.Select(second => Math.Round(second)));
            stop.Cancel();
            await running;
        });

    [Fact]
    public void After_a_stop_no_reconcile_starts_and_the_one_under_way_is_waited_for() =>
        World.Run(async time =>
        {
            var (server, host) = Host(time);
            server.Put("a", "1");
            server.Put("b", "1");
            List<string> log = [];
            host.Add(
                new ControllerOptions { Name = "test" },
                new Reconciler(
                    async (key, _) =>
                    {
                        log.Add($"{key} begins");
                        await time.Pass(20);
                        log.Add($"{key} ends");
                        return Requeue.Now;
                    }
                ),
                Source.Of(host.Informers.Of<Namespace>())
            );
            await Run(host, time, 1);
            Assert.Equal(["a begins", "a ends"], log);
        });

    [Fact]
    public void A_runtime_that_breaks_ends_instead_of_standing_still() =>
        World.Run(async time =>
        {
            var (server, host) = Host(time, new ControllerHostOptions { Listener = new Rude() });
            server.Put("a", "1");
            var store = host.Informers.Of<Namespace>();
            host.Add(new ControllerOptions { Name = "healthy" }, Reconcile(_ => { }), Source.Of(store));
            host.Add(
                new ControllerOptions { Name = "broken" },
                Reconcile(_ => throw new InvalidOperationException("boom")),
                Source.Of(store)
            );
            var error = await Assert.ThrowsAsync<NotSupportedException>(() => host.RunAsync(default));
            Assert.Equal("a listener must not throw", error.Message);
        });

    private sealed class Rude : IKubeListener
    {
        void IKubeListener.ReconcileFailed(
            string controller,
            string key,
            Exception error,
            int failures,
            TimeSpan? retryIn
        ) => throw new NotSupportedException("a listener must not throw");
    }

    private static (ToyServer Server, ControllerHost Host) Host(
        TimeProvider time,
        ControllerHostOptions? options = null
    )
    {
        var server = new ToyServer(time, 1);
        return (
            server,
            new ControllerHost(
                new Informers(World.Client(server, time)),
                options ?? ControllerHostOptions.Default,
                time
            )
        );
    }

    private static async Task Run(ControllerHost host, TimeProvider time, double seconds)
    {
        using var stop = new CancellationTokenSource();
        var running = host.RunAsync(stop.Token);
        await time.Pass(seconds);
        stop.Cancel();
        await running;
    }

    private static Reconciler Reconcile(Action<ObjectKey> reconcile) =>
        new(
            (key, _) =>
            {
                reconcile(key);
                return ValueTask.FromResult(Requeue.Never);
            }
        );

    private sealed class Reconciler(Func<ObjectKey, CancellationToken, ValueTask<Requeue>> reconcile)
        : IReconciler<ObjectKey>
    {
        public ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel) => reconcile(key, cancel);
    }

    private sealed class Told : IKubeListener
    {
        public List<string> Failures { get; } = [];

        void IKubeListener.ReconcileFailed(
            string controller,
            string key,
            Exception error,
            int failures,
            TimeSpan? retryIn
        ) => Failures.Add($"{controller} {key} {error.Message} {failures}");
    }
}
