using System.Collections.Immutable;
using System.Text.Json;
using Tenon.Api;
using Tenon.Api.Policy;
using Tenon.Kube.Client.Transport;

namespace Tenon.Kube.Client.Discovery;

/// <summary>
/// In which version a server is spoken to about a kind that was served under several. The kinds are written down in
/// their newest version; an older server that serves the same shape under an older name gets that name. So one binary
/// runs on Kubernetes 1.20, where disruption budgets and evictions are <c>policy/v1beta1</c>, and on the newest.
/// </summary>
public sealed class ServedVersions
{
    /// <summary>Every kind in the version it is written down in.</summary>
    public static readonly ServedVersions Newest = new(ImmutableDictionary<ResourceType, ResourceType>.Empty);

    /// <summary>Groups whose older versions have the same shape for what passes through here, newest first.</summary>
    private static readonly ImmutableArray<(string Group, ImmutableArray<string> Versions)> Known =
    [
        ("policy", ["v1", "v1beta1"]),
        ("resource.k8s.io", ["v1", "v1beta2"]),
    ];

    private readonly ImmutableDictionary<ResourceType, ResourceType> _evictions;
    private readonly ImmutableDictionary<string, string> _groups;

    private ServedVersions(
        ImmutableDictionary<ResourceType, ResourceType> evictions,
        ImmutableDictionary<string, string>? groups = null
    ) => (_evictions, _groups) = (evictions, groups ?? ImmutableDictionary<string, string>.Empty);

    /// <summary>The kind as this server calls it.</summary>
    public ResourceType Of(ResourceType type) =>
        _evictions.TryGetValue(type, out var eviction) ? eviction
        : _groups.TryGetValue(type.Group, out var version) && version != type.Version ? type with { Version = version }
        : type;

    /// <summary>Asks the server. Two requests; fails only when the server itself does not answer.</summary>
    public static async ValueTask<KubeResult<ServedVersions>> ReadAsync(KubeClient client, CancellationToken cancel)
    {
        var groups = await client.SendAsync(new KubeRequest("GET", "/apis"), cancel);
        if (!groups.IsOk)
            return groups.Error;
        var core = await client.SendAsync(new KubeRequest("GET", "/api/v1"), cancel);
        if (!core.IsOk)
            return core.Error;
        try
        {
            return new ServedVersions(Evictions(core.Value), Groups(groups.Value));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new KubeError(KubeErrorKind.Internal, 0, $"discovery cannot be read: {error.Message}");
        }
    }

    private static ImmutableDictionary<string, string> Groups(KubeReply reply)
    {
        using var document = JsonDocument.Parse(reply.Body);
        var chosen = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var group in document.RootElement.GetProperty("groups").EnumerateArray())
        {
            var name = group.GetProperty("name").GetString();
            var served = group
                .GetProperty("versions")
                .EnumerateArray()
                .Select(static each => each.GetProperty("version").GetString())
                .ToList();
            foreach (var known in Known)
                if (known.Group == name && known.Versions.FirstOrDefault(served.Contains) is { } version)
                    chosen[known.Group] = version;
        }
        return chosen.ToImmutable();
    }

    /// <summary>
    /// The subresource says for itself which version it takes: 1.21 serves budgets in v1 and still wants evictions in
    /// v1beta1.
    /// </summary>
    private static ImmutableDictionary<ResourceType, ResourceType> Evictions(KubeReply reply)
    {
        using var document = JsonDocument.Parse(reply.Body);
        foreach (var entry in document.RootElement.GetProperty("resources").EnumerateArray())
            if (
                entry.GetProperty("name").GetString() == "pods/eviction"
                && entry.TryGetProperty("version", out var version)
                && version.GetString() is { Length: > 0 } named
            )
                return ImmutableDictionary<ResourceType, ResourceType>.Empty.Add(
                    Eviction.Resource,
                    Eviction.Resource with
                    {
                        Version = named,
                    }
                );
        return ImmutableDictionary<ResourceType, ResourceType>.Empty;
    }
}
