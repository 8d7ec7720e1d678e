using Tenon.Api.Core;
using Tenon.Foundation.Random;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Watch;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Runtime.Leadership;
using Tenon.Kube.Runtime.Stores;
using Tenon.Kube.Tests.Support;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Kube.Tests.BoxTests;

public sealed class RuntimeAgainstTheBox
{
    [Fact]
    public void A_store_on_a_bad_line_converges_to_the_box()
    {
        for (ulong seed = 1; seed <= 15; seed++)
            World.Run(time => Storm(time, seed));
    }

    private static async Task Storm(TimeProvider time, ulong seed)
    {
        var (prng, line) = (new Prng(seed), new BadLine(seed, 50_000));
        var box = new Box(time, new ApiServerOptions { WatchHistoryEvents = 8 }, line);
        var witness = box.Witness;
        var store = new Informer<ConfigMap>(
            box.Client,
            new InformerOptions<ConfigMap>
            {
                Watch = new WatchOptions { Namespace = "default", PageSize = 4 },
            }
        );
        using var stop = new CancellationTokenSource();
        var running = store.RunAsync(stop.Token);
        for (var step = 0; step < 200; step++)
        {
            var name = $"m{prng.Next(15)}";
            if (prng.Chance(300_000))
                await witness.DeleteAsync<ConfigMap>("default", name, null, default);
            else
                await witness.ApplyAsync(Support.Box.Map(name, $"{step}"), force: true, default);
            if (prng.Chance(20_000))
                box.Server.CutWatches();
            if (prng.Chance(300_000))
                await time.Pass(prng.Next(40) / 10.0);
        }
        line.Rate = 0;
        await time.Pass(300);
        var truth = (await witness.ListAsync<ConfigMap>(ListOptions.In("default"), default)).Value;
        Assert.Equal(truth.Items.Select(Text).Order(StringComparer.Ordinal), store.All.Select(Text));
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static string Text(ConfigMap item) =>
        $"{item.Metadata.Name} {item.Metadata.Uid} {item.Metadata.ResourceVersion}";

    [Fact]
    public void A_controller_on_a_bad_line_makes_the_world_match()
    {
        for (ulong seed = 1; seed <= 10; seed++)
            World.Run(time => Mirror(time, seed));
    }

    /// <summary>
    /// A controller that keeps a copy of every map labelled with its source's value, whatever the line does.
    /// </summary>
    private static async Task Mirror(TimeProvider time, ulong seed)
    {
        var line = new BadLine(seed, 60_000);
        var box = new Box(time, line: line);
        using var host = new ControllerHost(new Informers(box.Client), ControllerHostOptions.Default, time);
        var maps = host.Informers.Of<ConfigMap>();
        host.Add(new ControllerOptions { Name = "copy", Workers = 3 }, new Copier(box.Client, maps), Source.Of(maps));
        using var stop = new CancellationTokenSource();
        var running = host.RunAsync(stop.Token);
        var prng = new Prng(seed);
        for (var step = 0; step < 60; step++)
        {
            await box.Witness.ApplyAsync(Support.Box.Map($"m{prng.Next(6)}", $"{step}"), force: true, default);
            await time.Pass(prng.Next(30) / 10.0);
        }
        line.Rate = 0;
        await time.Pass(1200);
        var all = (await box.Witness.ListAsync<ConfigMap>(ListOptions.In("default"), default)).Value.Items.ToDictionary(
            item => item.Metadata.Name!
        );
        var sources = all.Keys.Where(name => name.StartsWith('m')).ToList();
        Assert.Equal(6, sources.Count);
        Assert.All(sources, name => Assert.Equal(all[name].Data["value"], all[$"copy-{name}"].Data["value"]));
        stop.Cancel();
        await running;
    }

    private sealed class Copier(KubeClient kube, IStore<ConfigMap> maps) : IReconciler<ObjectKey>
    {
        public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
        {
            if (!key.Name.StartsWith('m') || maps.Get(key) is not { } source)
                return Requeue.Never;
            var copy = Support.Box.Map($"copy-{key.Name}", source.Data["value"]);
            if (maps.Get("default", copy.Metadata.Name!) is { } existing)
                (
                    await kube.MergeAsync(existing, existing with { Data = copy.Data }, ifUnchanged: true, cancel)
                ).OrThrow();
            else
                (await kube.CreateAsync(copy, cancel)).OrThrow();
            return Requeue.Never;
        }
    }

    [Fact]
    public void A_minute_without_the_server_costs_nothing() =>
        World.Run(async time =>
        {
            var line = new BadLine(1, 0);
            var box = new Box(time, line: line);
            using var host = new ControllerHost(new Informers(box.Client), ControllerHostOptions.Default, time);
            var maps = host.Informers.Of<ConfigMap>();
            host.Add(new ControllerOptions { Name = "copy" }, new Copier(box.Client, maps), Source.Of(maps));
            var recorder = new EventRecorder(box.Client, new EventRecorderOptions(), time);
            using var stop = new CancellationTokenSource();
            var recording = recorder.RunAsync(stop.Token);
            var running = host.RunAsync(stop.Token);
            await box.Witness.ApplyAsync(Support.Box.Map("m1", "before"), force: true, default);
            await time.Pass(5);
            line.Rate = 1_000_000;
            box.Server.CutWatches();
            recorder.Publish(new KubeEvent(Support.Box.Pod("p"), KubeEvent.Warning, "Told", "while nobody listens"));
            foreach (var name in new[] { "m1", "m2" })
                await box.Witness.ApplyAsync(Support.Box.Map(name, "meanwhile"), force: true, default);
            await time.Pass(60);
            line.Rate = 0;
            await time.Pass(60);
            Assert.Equal("meanwhile", maps.Get("default", "copy-m1")!.Data["value"]);
            Assert.Equal("meanwhile", maps.Get("default", "copy-m2")!.Data["value"]);
            Assert.Single(
                (await box.Witness.ListAsync<Event>(ListOptions.In("default"), default)).Value.Items,
                told => told.Reason == "Told"
            );
            Assert.Equal(0, recorder.Dropped);
            stop.Cancel();
            await running;
            await recording;
        });

    [Fact]
    public void Leaders_and_their_events_are_objects_in_the_box() =>
        World.Run(async time =>
        {
            var box = new Box(time);
            var recorder = new EventRecorder(box.Client, new EventRecorderOptions(), time);
            using var stop = new CancellationTokenSource();
            var recording = recorder.RunAsync(stop.Token);
            var elector = new LeaderElector(
                box.Client,
                new LeaderElectorOptions { Namespace = "kube-system", Identity = "host_1" },
                time,
                recorder
            );
            Assert.Equal(LeadershipEnd.WorkDone, await elector.RunAsync(_ => time.Pass(30), default));
            await time.Pass(1);
            var events = (await box.Client.ListAsync<Event>(ListOptions.In("kube-system"), default)).Value.Items;
            Assert.Equal(
                ["host_1 became leader", "host_1 stopped leading"],
                events.Where(told => told.Reason == "LeaderElection").Select(told => told.Message)
            );
            Assert.All(events, told => Assert.Equal("Lease", told.InvolvedObject.Kind));
            stop.Cancel();
            await recording;
        });

    [Fact]
    public void The_same_event_twice_is_one_object_with_a_count_of_two() =>
        World.Run(async time =>
        {
            var box = new Box(time);
            var recorder = new EventRecorder(box.Client, new EventRecorderOptions(), time);
            using var stop = new CancellationTokenSource();
            var recording = recorder.RunAsync(stop.Token);
            for (var i = 0; i < 2; i++)
            {
                recorder.Publish(new KubeEvent(Support.Box.Pod("p"), KubeEvent.Normal, "Nominated", "here"));
                await time.Pass(5);
            }
            var told = Assert.Single(
                (await box.Client.ListAsync<Event>(ListOptions.In("default"), default)).Value.Items,
                entry => entry.Reason == "Nominated"
            );
            Assert.Equal((2, TimeSpan.FromSeconds(5)), (told.Count, told.LastTimestamp - told.FirstTimestamp));
            stop.Cancel();
            await recording;
        });
}
