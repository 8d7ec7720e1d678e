using Tenon.Api.Core;
using Tenon.Kube.Client.Watch;
using Tenon.Kube.Runtime.Stores;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Stores;

public sealed class InformerBehaviour
{
    [Fact]
    public void The_first_list_is_told_in_the_order_of_keys_and_then_the_store_is_in_sync() =>
        World.Run(async time =>
        {
            var server = new ToyServer(time, 1);
            foreach (var name in new[] { "c", "a", "b", "e", "d" })
                server.Put(name, "1");
            var informers = new Informers(World.Client(server, time));
            var store = informers.Of<Namespace>();
            List<string> told = [];
            store.Subscribe(change => told.Add($"{change.Key} {store.IsSynced}"));
            using var stop = new CancellationTokenSource();
            informers.Start(stop.Token);
            await informers.WhenSynced(default);
            Assert.Equal(["a False", "b False", "c False", "d False", "e False"], told);
            Assert.True(informers.IsSynced);
            stop.Cancel();
            await informers.RunAsync(stop.Token);
        });

    [Fact]
    public void A_late_subscriber_is_told_what_is_there_first() =>
        World.Run(async time =>
        {
            var (server, store, _) = await Synced(time, "a", "b");
            List<string> told = [];
            using (store.Subscribe(change => told.Add($"{(change.IsDeletion ? "-" : "+")}{change.Key}")))
            {
                server.Put("c", "1");
                server.Delete("a");
                await time.Pass(1);
            }
            server.Put("z", "1");
            await time.Pass(1);
            Assert.Equal(["+a", "+b", "+c", "-a"], told);
        });

    [Fact]
    public void A_relist_hands_back_the_very_objects_that_did_not_change() =>
        World.Run(async time =>
        {
            var (server, store, _) = await Synced(time, "a", "b");
            var (a, b) = (store.Get(null, "a"), store.Get(null, "b"));
            server.Put("b", "2");
            server.Compact();
            await time.Pass(1000);
            Assert.Same(a, store.Get(null, "a"));
            Assert.NotSame(b, store.Get(null, "b"));
            Assert.Equal("2", store.Get(null, "b")!.Metadata.Labels["value"]);
        });

    [Fact]
    public void While_the_server_is_relisted_readers_see_the_old_content() =>
        World.Run(async time =>
        {
            var (server, store, _) = await Synced(time, "a", "b", "c", "d", "e");
            List<int> counts = [];
            store.Subscribe(_ => counts.Add(store.All.Count));
            counts.Clear();
            server.Put("f", "1");
            server.Compact();
            await time.Pass(1000);
            Assert.Equal([6], counts);
        });

    [Fact]
    public void A_transform_reduces_what_is_kept() =>
        World.Run(async time =>
        {
            var server = new ToyServer(time, 1);
            server.Put("a", "1");
            var informer = new Informer<Namespace>(
                World.Client(server, time),
                new InformerOptions<Namespace>
                {
                    Transform = item => item.With(item.Metadata with { Labels = new Dictionary<string, string>() }),
                }
            );
            _ = informer.RunAsync(default);
            await informer.WhenSynced(default);
            server.Put("b", "2");
            await time.Pass(10);
            Assert.All(informer.All, item => Assert.Empty(item.Metadata.Labels));
            Assert.Equal(2, informer.All.Count);
        });

    [Fact]
    public void Equal_questions_share_one_watch_and_different_ones_do_not() =>
        World.Run(time =>
        {
            var informers = new Informers(World.Client(new ToyServer(time, 1), time));
            var selected = new InformerOptions<Namespace> { Watch = new WatchOptions { LabelSelector = "a=b" } };
            Assert.Same(informers.Of<Namespace>(), informers.Of<Namespace>());
            Assert.Same(informers.Of(selected), informers.Of(selected with { }));
            Assert.NotSame(informers.Of<Namespace>(), informers.Of(selected));
            return Task.CompletedTask;
        });

    [Fact]
    public void Selectors_go_to_the_list_and_to_the_watch() =>
        World.Run(async time =>
        {
            var server = new ScriptedTransport(
                (request, _) =>
                    request.Path.Contains("watch=true")
                        ? ScriptedTransport.Ok("")
                        : ScriptedTransport.Ok("""{"metadata":{"resourceVersion":"5"},"items":[]}""")
            );
            var informer = new Informer<Pod>(
                World.Client(server, time),
                new InformerOptions<Pod>
                {
                    Watch = new WatchOptions
                    {
                        Namespace = "shop",
                        LabelSelector = "app in (a,b)",
                        FieldSelector = "spec.nodeName=n1",
                    },
                }
            );
            using var stop = new CancellationTokenSource();
            var running = informer.RunAsync(stop.Token);
            await informer.WhenSynced(default);
            await time.Pass(0.5);
            const string Selectors = "labelSelector=app%20in%20%28a%2Cb%29&fieldSelector=spec.nodeName%3Dn1";
            Assert.Equal($"/api/v1/namespaces/shop/pods?{Selectors}&limit=500", server.Requests[0].Path);
            Assert.StartsWith(
                $"/api/v1/namespaces/shop/pods?watch=true&{Selectors}&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=",
                server.Requests[1].Path
            );
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        });

    private static async Task<(ToyServer Server, Informer<Namespace> Store, Task Running)> Synced(
        TimeProvider time,
        params string[] names
    )
    {
        var server = new ToyServer(time, 1);
        foreach (var name in names)
            server.Put(name, "1");
        var informer = new Informer<Namespace>(World.Client(server, time));
        var running = informer.RunAsync(default);
        await informer.WhenSynced(default);
        return (server, informer, running);
    }
}
