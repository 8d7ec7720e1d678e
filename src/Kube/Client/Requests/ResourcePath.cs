using Tenon.Api;

namespace Tenon.Kube.Client.Requests;

/// <summary>Where a kind, an object or a subresource lives: absolute paths without host or query.</summary>
public static class ResourcePath
{
    /// <summary>The collection; a null namespace means all of them.</summary>
    public static string Of(ResourceType type, string? ns)
    {
        var root = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        return type.Namespaced && ns is { Length: > 0 }
            ? $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{type.Plural}"
            : $"{root}/{type.Plural}";
    }

    /// <summary>One object, or one of its subresources such as <c>status</c>.</summary>
    public static string Of(ResourceType type, string? ns, string name, string? subresource = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (type.Namespaced && string.IsNullOrEmpty(ns))
            throw new ArgumentException($"a namespace is needed to name a {type.Kind}", nameof(ns));
        var path = $"{Of(type, ns)}/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
