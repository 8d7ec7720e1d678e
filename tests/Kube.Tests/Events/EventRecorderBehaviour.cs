using System.Text.Json.Nodes;
using Tenon.Kube.Client.Pacing;
using Tenon.Kube.Client.Transport;
using Tenon.Kube.Runtime.Events;
using Tenon.Kube.Tests.Support;

namespace Tenon.Kube.Tests.Events;

public sealed class EventRecorderBehaviour
{
    private static readonly EventSubject Pod = new("v1", "Pod", "shop", "web-1", "uid-1");
    private static readonly EventSubject Node = new("v1", "Node", null, "n1", "uid-2");

    [Fact]
    public void An_event_is_a_core_v1_event_from_karpenter_in_the_objects_namespace() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            await Publish(time, sink, new KubeEvent(Pod, KubeEvent.Warning, "FailedScheduling", "no room"));
            var (path, sent) = Assert.Single(sink.Writes);
            Assert.StartsWith("POST /api/v1/namespaces/shop/events", path);
            Assert.Equal(
                "Event v1 web-1 uid-1 Warning FailedScheduling no room karpenter 1",
                string.Join(
                    ' ',
                    sent["kind"],
                    sent["apiVersion"],
                    sent["involvedObject"]!["name"],
                    sent["involvedObject"]!["uid"],
                    sent["type"],
                    sent["reason"],
                    sent["message"],
                    sent["source"]!["component"],
                    sent["count"]
                )
            );
            Assert.Matches("^web-1\\.[0-9a-f]{15,16}$", (string)sent["metadata"]!["name"]!);
        });

    [Fact]
    public void An_event_about_a_cluster_scoped_object_goes_to_default() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            await Publish(time, sink, new KubeEvent(Node, KubeEvent.Normal, "Finalized", "x"));
            Assert.StartsWith("POST /api/v1/namespaces/default/events", Assert.Single(sink.Writes).Path);
        });

    [Fact]
    public void Dedupe_looks_at_reason_and_values_alone_and_for_two_minutes() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            var recorder = Start(time, sink);
            void Say(EventSubject about, string reason, string message, params string[] values) =>
                recorder.Publish(
                    new KubeEvent(about, KubeEvent.Normal, reason, message) { DedupeValues = [.. values] }
                );
            Say(Pod, "Evicted", "one", "web-1");
            Say(Node, "Evicted", "another object, another message", "web-1");
            Say(Pod, "EVICTED", "another case", "web-1");
            Say(Pod, "Evicted", "another value", "web-2");
            Say(Pod, "Free", "x");
            Say(Pod, "Free", "y");
            await time.Pass(119);
            Say(Pod, "Evicted", "still too early", "web-1");
            await time.Pass(2);
            Say(Pod, "Evicted", "two", "web-1");
            await time.Pass(1);
            Assert.Equal(
                ["one", "another value", "x", "y", "two"],
                sink.Writes.Select(write => (string)write.Body["message"]!)
            );
        });

    [Fact]
    public void An_event_that_the_rate_limit_refuses_still_takes_its_slot() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            var recorder = Start(time, sink);
            var limit = new TokenBucket(1, 1, time);
            void Say(string value) =>
                recorder.Publish(
                    new KubeEvent(Pod, KubeEvent.Normal, "Nominated", value)
                    {
                        DedupeValues = [value],
                        RateLimit = limit,
                    }
                );
            Say("a");
            Say("b");
            await time.Pass(5);
            Say("b");
            await time.Pass(1);
            Assert.Equal("a", (string)Assert.Single(sink.Writes).Body["message"]!);
        });

    [Fact]
    public void The_same_event_again_is_one_more_of_the_first() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            var recorder = Start(time, sink);
            for (var i = 0; i < 3; i++)
            {
                recorder.Publish(new KubeEvent(Pod, KubeEvent.Normal, "R", "m"));
                await time.Pass(10);
            }
            Assert.Equal(
                ["POST 1", "PATCH 2", "PATCH 3"],
                sink.Writes.Select(write => $"{write.Path.Split(' ')[0]} {write.Body["count"]}")
            );
        });

    [Fact]
    public void When_the_first_has_expired_the_next_is_a_new_one() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            var recorder = Start(time, sink);
            recorder.Publish(new KubeEvent(Pod, KubeEvent.Normal, "R", "m"));
            await time.Pass(10);
            sink.Expired = true;
            recorder.Publish(new KubeEvent(Pod, KubeEvent.Normal, "R", "m"));
            await time.Pass(10);
            Assert.Equal(
                ["POST 1", "PATCH 2", "POST 1"],
                sink.Writes.Select(write => $"{write.Path.Split(' ')[0]} {write.Body["count"]}")
            );
        });

    [Fact]
    public void Events_that_differ_in_their_message_alone_are_combined_from_the_tenth_on() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            var recorder = Start(time, sink);
            for (var i = 1; i <= 12; i++)
                recorder.Publish(new KubeEvent(Pod, KubeEvent.Normal, "R", $"m{i}"));
            await time.Pass(5);
            Assert.Equal(
                [
                    "POST m9 1",
                    "POST (combined from similar events): m10 1",
                    "PATCH (combined from similar events): m11 2",
                    "PATCH (combined from similar events): m12 3",
                ],
                sink.Writes.Skip(8)
                    .Select(write => $"{write.Path.Split(' ')[0]} {write.Body["message"]} {write.Body["count"]}")
            );
        });

    [Fact]
    public void One_object_gets_a_burst_and_then_one_per_five_minutes() =>
        World.Run(async time =>
        {
            var sink = new Sink();
            var recorder = Start(time, sink);
            for (var i = 1; i <= 40; i++)
                recorder.Publish(new KubeEvent(Pod, KubeEvent.Normal, $"Reason{i}", "m"));
            await time.Pass(5);
            Assert.Equal((25, 15), (sink.Writes.Count, recorder.Dropped));
            recorder.Publish(new KubeEvent(Node, KubeEvent.Normal, "Other", "m"));
            await time.Pass(300);
            recorder.Publish(new KubeEvent(Pod, KubeEvent.Normal, "Late", "m"));
            await time.Pass(5);
            Assert.Equal(27, sink.Writes.Count);
        });

    [Fact]
    public void A_full_queue_drops_and_counts_and_a_server_that_comes_back_gets_the_rest() =>
        World.Run(async time =>
        {
            var sink = new Sink { Away = true };
            var recorder = Start(time, sink, new EventRecorderOptions { QueueLimit = 3 });
            for (var i = 0; i < 10; i++)
            {
                recorder.Publish(
                    new KubeEvent(new EventSubject("v1", "Pod", "shop", $"p{i}", $"u{i}"), KubeEvent.Normal, "R", "m")
                );
                await time.Pass(0.1);
            }
            Assert.Equal(6, recorder.Dropped);
            await time.Pass(60);
            sink.Away = false;
            await time.Pass(60);
            Assert.Equal(
                ["p0", "p1", "p2", "p3"],
                sink.Writes.Select(write => (string)write.Body["involvedObject"]!["name"]!)
            );
        });

    private static async Task Publish(TimeProvider time, Sink sink, KubeEvent told)
    {
        Start(time, sink).Publish(told);
        await time.Pass(1);
    }

    private static EventRecorder Start(TimeProvider time, Sink sink, EventRecorderOptions? options = null)
    {
        var recorder = new EventRecorder(World.Client(sink, time), options ?? new EventRecorderOptions(), time);
        _ = recorder.RunAsync(default);
        return recorder;
    }

    private sealed class Sink : IKubeTransport
    {
        public List<(string Path, JsonObject Body)> Writes { get; } = [];
        public bool Expired { get; set; }
        public bool Away { get; set; }

        public ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
        {
            if (Away)
                throw new TransportException("connection refused");
            var body = (JsonObject)JsonNode.Parse(request.Body.Span)!;
            Writes.Add(($"{request.Method} {request.Path}", body));
            if (Expired && request.Method == "PATCH")
                return ValueTask.FromResult(ScriptedTransport.Refuse(404, "NotFound"));
            if (request.Method == "POST")
                return ValueTask.FromResult(ScriptedTransport.Ok(body.ToJsonString()));
            var first = (JsonObject)
                Writes
                    .First(write =>
                        write.Path.StartsWith("POST") && request.Path.Contains((string)write.Body["metadata"]!["name"]!)
                    )
                    .Body.DeepClone();
            foreach (var (name, value) in body)
                first[name] = value?.DeepClone();
            return ValueTask.FromResult(ScriptedTransport.Ok(first.ToJsonString()));
        }

        public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(KubeRequest request, CancellationToken cancel) =>
            throw new NotSupportedException();
    }
}
