using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Leadership;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Leadership;

public sealed class LeaderElectorBehaviour
{
    private const string LeasePath =
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/karpenter-leader-election";

    [Fact]
    public void The_second_waits_until_the_first_goes_and_then_takes_over_at_once() =>
        World.Run(async time =>
        {
            var cluster = new Cluster(time);
            using var stopA = new CancellationTokenSource();
            var a = cluster.Run("a", stopA.Token);
            await time.Pass(1);
            using var stopB = new CancellationTokenSource();
            var b = cluster.Run("b", stopB.Token);
            await time.Pass(100);
            Assert.Equal(["a"], cluster.Working);
            stopA.Cancel();
            Assert.Equal(LeadershipEnd.Stopped, await a);
            Assert.Equal("", (string?)cluster.Server.At(LeasePath)!["spec"]!["holderIdentity"]);
            await time.Pass(6);
            Assert.Equal(["b"], cluster.Working);
            Assert.Equal(1, (int?)cluster.Server.At(LeasePath)!["spec"]!["leaseTransitions"] - 0);
            stopB.Cancel();
            Assert.Equal(LeadershipEnd.Stopped, await b);
        });

    [Fact]
    public void A_leader_that_is_cut_off_stops_before_another_starts() =>
        World.Run(async time =>
        {
            var cluster = new Cluster(time);
            using var stop = new CancellationTokenSource();
            var a = cluster.Run("a", stop.Token);
            await time.Pass(1);
            _ = cluster.Run("b", stop.Token);
            await time.Pass(30);
            cluster.Cut.Add("a");
            Assert.Equal(LeadershipEnd.Lost, await a);
            Assert.Empty(cluster.Working);
            await time.Pass(20);
            Assert.Equal(["b"], cluster.Working);
            stop.Cancel();
        });

    [Fact]
    public void A_short_outage_does_not_cost_the_lease() =>
        World.Run(async time =>
        {
            var cluster = new Cluster(time);
            using var stop = new CancellationTokenSource();
            var a = cluster.Run("a", stop.Token);
            await time.Pass(30);
            cluster.Cut.Add("a");
            await time.Pass(6);
            cluster.Cut.Remove("a");
            await time.Pass(60);
            Assert.Equal(["a"], cluster.Working);
            stop.Cancel();
            Assert.Equal(LeadershipEnd.Stopped, await a);
        });

    [Fact]
    public void Work_that_ends_gives_the_lease_back() =>
        World.Run(async time =>
        {
            var cluster = new Cluster(time);
            var elector = cluster.Elector("a");
            Assert.Equal(LeadershipEnd.WorkDone, await elector.RunAsync(_ => time.Pass(60), default));
            Assert.False(elector.IsLeader);
            Assert.Equal("", (string?)cluster.Server.At(LeasePath)!["spec"]!["holderIdentity"]);
        });

    [Fact]
    public void Many_candidates_on_bad_lines_never_work_at_the_same_time()
    {
        for (ulong seed = 1; seed <= 8; seed++)
            World.Run(async time =>
            {
                var prng = new Foundation.Random.Prng(seed);
                var cluster = new Cluster(time);
                using var stop = new CancellationTokenSource();
                foreach (var name in new[] { "a", "b", "c" })
                    _ = cluster.RunAgain(name, stop.Token);
                for (var minute = 0; minute < 60; minute++)
                {
                    var name = prng.Pick(["a", "b", "c"]);
                    if (!cluster.Cut.Remove(name))
                        cluster.Cut.Add(name);
                    await time.Pass(prng.Next(60));
                }
                cluster.Cut.Clear();
                await time.Pass(60);
                Assert.Single(cluster.Working);
                Assert.Equal(1, cluster.MostAtOnce);
                Assert.True(cluster.Terms > 5, $"seed {seed}: only {cluster.Terms} terms");
                stop.Cancel();
            });
    }

    private sealed class Cluster(TimeProvider time)
    {
        public LeaseServer Server { get; } = new();
        public SortedSet<string> Cut { get; } = new(StringComparer.Ordinal);
        public List<string> Working { get; } = [];
        public int MostAtOnce { get; private set; }
        public int Terms { get; private set; }

        public LeaderElector Elector(string name) =>
            new(
                World.Client(Server.Connect(time, () => Cut.Contains(name)), time, new KubeClientOptions { Qps = 0 }),
                new LeaderElectorOptions { Namespace = "kube-system", Identity = name },
                time
            );

        public Task<LeadershipEnd> Run(string name, CancellationToken cancel) =>
            Elector(name).RunAsync(leading => Work(name, leading), cancel);

        public async Task RunAgain(string name, CancellationToken cancel)
        {
            while (!cancel.IsCancellationRequested)
                await Run(name, cancel);
        }

        private async Task Work(string name, CancellationToken leading)
        {
            Working.Add(name);
            Terms++;
            MostAtOnce = Math.Max(MostAtOnce, Working.Count);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, leading);
            }
            finally
            {
                Working.Remove(name);
            }
        }
    }
}
