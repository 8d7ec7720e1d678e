using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Tests.Support;

/// <summary>Objects by path with create, read and replace under optimistic concurrency, and a plug to pull.</summary>
internal sealed class LeaseServer
{
    private readonly SortedDictionary<string, JsonObject> _items = new(StringComparer.Ordinal);
    private int _version;

    public JsonObject? At(string path) => _items.GetValueOrDefault(path);

    public IKubeTransport Connect(TimeProvider time, Func<bool> isCut) => new Line(this, time, isCut);

    private KubeReply Handle(KubeRequest request)
    {
        var path = request.Path.Split('?')[0];
        var item = request.Body.IsEmpty ? null : (JsonObject)JsonNode.Parse(request.Body.Span)!;
        if (request.Method == "POST")
            path = $"{path}/{item!["metadata"]!["name"]}";
        _items.TryGetValue(path, out var held);
        switch (request.Method)
        {
            case "GET" when held is null:
                return ScriptedTransport.Refuse(404, "NotFound");
            case "GET":
                return ScriptedTransport.Ok(held.ToJsonString());
            case "POST" when held is not null:
                return ScriptedTransport.Refuse(409, "AlreadyExists");
            case "PUT" when held is null:
                return ScriptedTransport.Refuse(404, "NotFound");
            case "PUT"
                when (string?)held["metadata"]!["resourceVersion"] != (string?)item!["metadata"]!["resourceVersion"]:
                return ScriptedTransport.Refuse(409, "Conflict");
        }
        item!["metadata"]!["resourceVersion"] = $"{++_version}";
        _items[path] = item;
        return ScriptedTransport.Ok(item.ToJsonString());
    }

    private sealed class Line(LeaseServer server, TimeProvider time, Func<bool> isCut) : IKubeTransport
    {
        public async ValueTask<KubeReply> SendAsync(KubeRequest request, CancellationToken cancel)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancel);
            return isCut() ? throw new TransportException("cut") : server.Handle(request);
        }

        public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(KubeRequest request, CancellationToken cancel) =>
            throw new NotSupportedException();
    }
}
