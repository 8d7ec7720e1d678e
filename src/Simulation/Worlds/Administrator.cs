using System.Text;
using System.Text.Json.Nodes;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Transport;

namespace Tenon.Simulation.Worlds;

/// <summary>Puts objects of any kind into a world as an administrator with kubectl would.</summary>
internal sealed class Administrator(KubeClient client)
{
    /// <summary>Resource names by (apiVersion, kind), from discovery, asked once each.</summary>
    private readonly Dictionary<(string, string), (string Plural, bool Namespaced)> _kinds = [];

    /// <summary>Creates the object, or merges it into the one that is there.</summary>
    public async ValueTask ApplyAsync(JsonObject item, CancellationToken cancel)
    {
        var (collection, name) = await PathAsync(item, cancel);
        var body = Encoding.UTF8.GetBytes(item.ToJsonString());
        var written = await client.SendAsync(
            new KubeRequest("PATCH", $"{collection}/{name}", body, "application/merge-patch+json"),
            cancel
        );
        if (written.IsNotFound)
            written = await client.SendAsync(new KubeRequest("POST", collection, body, "application/json"), cancel);
        written.OrThrow();
    }

    public async ValueTask DeleteAsync(JsonObject item, CancellationToken cancel)
    {
        var (collection, name) = await PathAsync(item, cancel);
        var gone = await client.SendAsync(new KubeRequest("DELETE", $"{collection}/{name}"), cancel);
        if (!gone.IsNotFound)
            gone.OrThrow();
    }

    private async ValueTask<(string Collection, string Name)> PathAsync(JsonObject item, CancellationToken cancel)
    {
        var (version, kind) = ((string?)item["apiVersion"] ?? "v1", (string?)item["kind"] ?? "");
        var name = (string?)item["metadata"]?["name"] ?? throw new ArgumentException($"a {kind} without a name");
        var root = version.Contains('/', StringComparison.Ordinal) ? $"/apis/{version}" : $"/api/{version}";
        if (!_kinds.TryGetValue((version, kind), out var found))
        {
            var list = JsonNode.Parse(
                (await client.SendAsync(new KubeRequest("GET", root), cancel)).OrThrow().Body.Span
            )!;
            foreach (var entry in (JsonArray)list["resources"]!)
                if (!((string)entry!["name"]!).Contains('/', StringComparison.Ordinal))
                    _kinds[(version, (string)entry["kind"]!)] = ((string)entry["name"]!, (bool)entry["namespaced"]!);
            found = _kinds.TryGetValue((version, kind), out var listed)
                ? listed
                : throw new ArgumentException($"no kind {kind} in {version}");
        }
        var ns = (string?)item["metadata"]?["namespace"] ?? "default";
        return (found.Namespaced ? $"{root}/namespaces/{ns}/{found.Plural}" : $"{root}/{found.Plural}", name);
    }
}
