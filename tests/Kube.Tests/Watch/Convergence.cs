using Tenon.Api.Core;
using Tenon.Foundation.Random;
using Tenon.Kube.Client;
using Tenon.Kube.Runtime.Stores;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Watch;

/// <summary>
/// Whatever breaks on the way, a store ends up with what the server has, and its subscribers were told all of it.
/// </summary>
public sealed class Convergence
{
    [Fact]
    public void A_store_always_converges_to_the_server()
    {
        var seen = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (ulong seed = 1; seed <= 60; seed++)
            foreach (var (what, count) in Storm(seed))
                seen[what] = seen.GetValueOrDefault(what) + count;
        // A storm that is too gentle proves nothing: every fault must have struck.
        Assert.Equal(
            [
                "bookmark",
                "error event",
                "expired in the stream",
                "reply lost",
                "request refused",
                "stream cut",
                "stream ended early",
                "stream refused",
                "stream silent",
            ],
            seen.Keys
        );
    }

    private static Dictionary<string, int> Storm(ulong seed)
    {
        Dictionary<string, int> seen = [];
        World.Run(async time =>
        {
            var server = new ToyServer(time, seed) { FaultRate = 60_000 };
            var prng = new Prng(seed).Fork("changes");
            var informer = new Informer<Namespace>(
                World.Client(server, time, new KubeClientOptions { Seed = seed })
            ).AddIndex("value", item => [item.Metadata.Labels["value"]]);
            var mirror = new Mirror(informer);
            using var stop = new CancellationTokenSource();
            var running = informer.RunAsync(stop.Token);
            for (var step = 0; step < 150; step++)
            {
                Change(server, prng);
                if (prng.Chance(400_000))
                    await time.Pass(prng.Next(20));
                if (prng.Chance(5_000))
                    await time.Pass(2000);
            }
            server.FaultRate = 0;
            await time.Pass(600);
            AssertSame(server, informer, mirror, seed);
            seen = server.Seen;
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        });
        return seen;
    }

    private static void Change(ToyServer server, Prng prng)
    {
        var name = $"ns-{prng.Next(12)}";
        switch (prng.Next(20))
        {
            case < 11:
                server.Put(name, $"{prng.Next(3)}");
                break;
            case < 18:
                server.Delete(name);
                break;
            case < 19:
                server.Delete(name);
                server.Put(name, "0");
                break;
            default:
                server.Compact();
                break;
        }
    }

    private static void AssertSame(ToyServer server, Informer<Namespace> informer, Mirror mirror, ulong seed)
    {
        var truth = server.Items.Values.Select(Text).ToList();
        Assert.True(informer.IsSynced, $"seed {seed}: {informer.State}");
        Assert.True(
            truth.SequenceEqual(informer.All.Select(Text)),
            $"seed {seed}: {informer.State}, server at {server.Version}"
        );
        Assert.Equal(truth, informer.All.Select(Text));
        Assert.Equal(truth, mirror.Items.Values.Select(Text));
        foreach (var value in new[] { "0", "1", "2" })
            Assert.Equal(
                server.Items.Values.Where(item => item.Metadata.Labels["value"] == value).Select(Text),
                informer.ByIndex("value", value).Select(Text)
            );
    }

    private static string Text(Namespace item) =>
        $"{item.Metadata.Name} {item.Metadata.Uid} {item.Metadata.ResourceVersion}";

    /// <summary>A subscriber that believes nothing: each change must fit what it was told before.</summary>
    private sealed class Mirror
    {
        public SortedDictionary<string, Namespace> Items { get; } = new(StringComparer.Ordinal);

        public Mirror(Informer<Namespace> informer) =>
            informer.Subscribe(change =>
            {
                var name = change.Item.Metadata.Name!;
                if (change.Old is null)
                    Assert.False(Items.ContainsKey(name), $"{name} came twice");
                else
                    Assert.Equal(Items[name].Metadata.Uid, change.Old.Metadata.Uid);
                if (change.New is null)
                {
                    Items.Remove(name);
                    return;
                }
                Assert.True(
                    change.Old is null || change.Old.Metadata.Uid == change.New.Metadata.Uid,
                    "another object under the same name is two changes"
                );
                Assert.NotEqual(change.Old?.Metadata.ResourceVersion, change.New.Metadata.ResourceVersion);
                Assert.Same(change.New, informer.Get(null, name));
                Items[name] = change.New;
            });
    }
}
