using System.Text;
using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane;

namespace Tenon.Simulation.Tests.ControlPlane;

/// <summary>A server with a hand-moved clock, and short words for talking to it.</summary>
internal sealed class Box
{
    public Box(ApiServerOptions? options = null)
    {
        Server = new ApiServer(Time, options ?? new ApiServerOptions());
        Transport = new InProcessTransport(Server);
    }

    public HandClock Time { get; } = new();
    public ApiServer Server { get; }
    public InProcessTransport Transport { get; }

    public Answer Get(string path, string? accept = null) => Send("GET", path, null, null, accept);

    public Answer Post(string path, string json) => Send("POST", path, json);

    public Answer Put(string path, string json) => Send("PUT", path, json);

    public Answer Delete(string path, string? json = null) => Send("DELETE", path, json);

    public Answer Merge(string path, string json) => Send("PATCH", path, json, "application/merge-patch+json");

    public Answer Send(string method, string path, string? json, string? contentType = null, string? accept = null)
    {
        var body = json is null ? default : (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(json);
        return new Answer(
            Server.Handle(new KubeRequest(method, path, body, contentType ?? "application/json", accept))
        );
    }

    public Answer Pod(string name, string? node = null, string labels = "{}", string extra = "")
    {
        var placed = node is null ? "" : $"\"nodeName\":\"{node}\",";
        return Post(
            "/api/v1/namespaces/default/pods",
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","labels":{{{labels}}} },
             "spec":{ {{{placed}}} "containers":[{"name":"main","image":"app:1"}] {{{extra}}} }}
            """
        );
    }

    /// <summary>Reads what a watch has to say right now.</summary>
    public async Task<List<JsonObject>> Watch(string path, int events)
    {
        var seen = new List<JsonObject>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await foreach (var bytes in Transport.StreamAsync(new KubeRequest("GET", path), limit.Token))
        {
            seen.Add((JsonObject)JsonNode.Parse(bytes.Span)!);
            if (seen.Count == events)
                break;
        }
        return seen;
    }
}

internal sealed class Answer(KubeReply reply)
{
    public int Status => reply.Status;
    public KubeReply Reply => reply;
    public JsonObject Body { get; } =
        reply.ContentType!.Contains("json", StringComparison.Ordinal) && !reply.Body.IsEmpty
            ? (JsonObject)JsonNode.Parse(reply.Body.Span)!
            : [];

    public string Message => Text("message");

    public JsonNode? this[string path]
    {
        get
        {
            JsonNode? at = Body;
            foreach (var step in path.Split('.'))
                at = at is JsonArray list ? list[int.Parse(step)] : at?[step];
            return at;
        }
    }

    public string Text(string path) => this[path]?.ToString() ?? "";

    public JsonArray Items => (JsonArray)Body["items"]!;

    public string[] Names => [.. Items.Select(item => item!["metadata"]!["name"]!.ToString())];

    public Answer Expect(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Encoding.UTF8.GetString(reply.Body.Span)}");
        return this;
    }
}

internal sealed class HandClock : TimeProvider
{
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<HandTimer> _timers = [];

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by)
    {
        _now += by;
        foreach (var timer in _timers.Where(timer => timer.Due <= _now).ToArray())
            timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, callback, state)
        {
            Due = dueTime < TimeSpan.Zero ? DateTimeOffset.MaxValue : _now + dueTime,
        };
        _timers.Add(timer);
        return timer;
    }

    private sealed class HandTimer(HandClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public void Fire()
        {
            Due = DateTimeOffset.MaxValue;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime < TimeSpan.Zero ? DateTimeOffset.MaxValue : clock._now + dueTime;
            return true;
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
