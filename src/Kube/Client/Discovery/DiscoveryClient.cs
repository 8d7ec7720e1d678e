using System.Collections.Immutable;
using System.Text.Json;
using Tenon.Api;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client.Discovery;

/// <summary>Asks a server what it serves. Plain discovery, which every server since 1.0 answers.</summary>
public sealed class DiscoveryClient(KubeClient client)
{
    /// <summary>
    /// Fails only when the server itself does not answer; a group that does not is listed as unreachable.
    /// </summary>
    public async ValueTask<KubeResult<ApiCatalog>> ReadAsync(CancellationToken cancel)
    {
        var resources = ImmutableArray.CreateBuilder<ApiResource>();
        var unreachable = ImmutableArray.CreateBuilder<string>();
        var core = await ReadAsync("/api/v1", cancel);
        if (core.Error is not null)
            return core.Error;
        Collect(core.Json, "", "v1", preferred: true, resources);
        var groups = await ReadAsync("/apis", cancel);
        if (groups.Error is not null)
            return groups.Error;
        foreach (var group in Children(groups.Json, "groups"))
        {
            var preferred = group.TryGetProperty("preferredVersion", out var best) ? Text(best, "version") : "";
            foreach (var version in Children(group, "versions").Select(entry => Text(entry, "version")))
            {
                var read = await ReadAsync($"/apis/{Text(group, "name")}/{version}", cancel);
                if (read.Error is not null)
                    unreachable.Add($"{Text(group, "name")}/{version}: {read.Error.Message}");
                else
                    Collect(read.Json, Text(group, "name"), version, version == preferred, resources);
            }
        }
        return new ApiCatalog(resources.ToImmutable(), unreachable.ToImmutable());
    }

    private async ValueTask<(JsonElement Json, KubeError? Error)> ReadAsync(string path, CancellationToken cancel)
    {
        var reply = await client.SendAsync(new KubeRequest("GET", path), cancel);
        if (!reply.IsOk)
            return (default, reply.Error);
        try
        {
            using var document = JsonDocument.Parse(reply.Value.Body);
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException error)
        {
            return (default, KubeError.Unreadable($"the reply to GET {path}", error));
        }
    }

    /// <summary>Subresources such as <c>pods/status</c> are not kinds of their own.</summary>
    private static void Collect(
        JsonElement list,
        string group,
        string version,
        bool preferred,
        ImmutableArray<ApiResource>.Builder into
    )
    {
        foreach (var entry in Children(list, "resources"))
        {
            var plural = Text(entry, "name");
            if (plural.Contains('/', StringComparison.Ordinal))
                continue;
            var namespaced = entry.TryGetProperty("namespaced", out var flag) && flag.ValueKind == JsonValueKind.True;
            var singular = Text(entry, "singularName") is { Length: > 0 } given
                ? given
                : Text(entry, "kind").ToLowerInvariant();
            into.Add(
                new ApiResource(
                    new ResourceType(group, version, Text(entry, "kind"), plural, namespaced),
                    singular,
                    Texts(entry, "shortNames"),
                    Texts(entry, "verbs"),
                    Texts(entry, "categories"),
                    preferred
                )
            );
        }
    }

    private static JsonElement.ArrayEnumerator Children(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var array)
        && array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray()
            : default;

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? ""
            : "";

    private static ImmutableArray<string> Texts(JsonElement parent, string name) =>
        [.. Children(parent, name).Select(value => value.GetString() ?? "")];
}
