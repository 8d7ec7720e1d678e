using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Kube.Client.Patching;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client.Discovery;

/// <summary>
/// One kind that is known only at run time, as JSON. Same pacing, same repetition, same errors as the typed calls.
/// </summary>
public sealed class DynamicClient(KubeClient client, ResourceType type)
{
    public ValueTask<KubeResult<JsonObject>> GetAsync(string? ns, string name, CancellationToken cancel) =>
        SendAsync(new KubeRequest("GET", ResourcePath.Of(type, ns, name)), cancel);

    /// <summary>
    /// One page. <c>metadata.continue</c> of the result goes into <paramref name="resume"/> of the next call.
    /// </summary>
    public ValueTask<KubeResult<JsonObject>> ListPageAsync(
        ListOptions options,
        string? resume,
        CancellationToken cancel
    ) => SendAsync(new KubeRequest("GET", ResourcePath.Of(type, options.Namespace) + options.Query(resume)), cancel);

    public ValueTask<KubeResult<JsonObject>> CreateAsync(JsonObject item, CancellationToken cancel) =>
        SendAsync(
            new KubeRequest("POST", ResourcePath.Of(type, NamespaceOf(item)), Utf8(item), "application/json"),
            cancel
        );

    public ValueTask<KubeResult<JsonObject>> UpdateAsync(JsonObject item, CancellationToken cancel) =>
        SendAsync(
            new KubeRequest(
                "PUT",
                ResourcePath.Of(type, NamespaceOf(item), NameOf(item)),
                Utf8(item),
                "application/json"
            ),
            cancel
        );

    /// <summary>Server-side apply: creates the object or takes over the fields it names.</summary>
    public ValueTask<KubeResult<JsonObject>> ApplyAsync(JsonObject item, bool force, CancellationToken cancel) =>
        PatchAsync(
            NamespaceOf(item),
            NameOf(item),
            Patch.Apply(Utf8(item), client.Options.FieldManager, force),
            cancel
        );

    public ValueTask<KubeResult<JsonObject>> PatchAsync(string? ns, string name, Patch patch, CancellationToken cancel)
    {
        var query = patch.Query.Length > 0 ? $"?{patch.Query}" : "";
        return SendAsync(
            new KubeRequest("PATCH", ResourcePath.Of(type, ns, name) + query, patch.Body, patch.ContentType),
            cancel
        );
    }

    public ValueTask<KubeResult<JsonObject>> DeleteAsync(string? ns, string name, CancellationToken cancel) =>
        SendAsync(new KubeRequest("DELETE", ResourcePath.Of(type, ns, name)), cancel);

    private async ValueTask<KubeResult<JsonObject>> SendAsync(KubeRequest request, CancellationToken cancel)
    {
        var reply = await client.SendAsync(request, cancel);
        if (!reply.IsOk)
            return reply.Error;
        try
        {
            return JsonNode.Parse(reply.Value.Body.Span) as JsonObject ?? throw new JsonException("expected an object");
        }
        catch (JsonException error)
        {
            return KubeError.Unreadable($"the reply to {request.Method} {request.Path}", error);
        }
    }

    private string? NamespaceOf(JsonObject item) => type.Namespaced ? (string?)item["metadata"]?["namespace"] : null;

    private static string NameOf(JsonObject item) =>
        (string?)item["metadata"]?["name"]
        ?? throw new ArgumentException("the object has no metadata.name", nameof(item));

    private static byte[] Utf8(JsonObject item) => Encoding.UTF8.GetBytes(item.ToJsonString());
}
