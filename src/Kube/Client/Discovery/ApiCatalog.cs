using System.Collections.Immutable;

namespace Tenon.Kube.Client.Discovery;

/// <summary>Everything the server serves, in its own order of preference.</summary>
/// <param name="Unreachable">Group versions that did not answer (an aggregated API that is down), each with the
/// reason.</param>
public sealed record ApiCatalog(ImmutableArray<ApiResource> Resources, ImmutableArray<string> Unreachable)
{
    /// <summary>The resource of an object; null when this server does not serve the kind.</summary>
    public ApiResource? Find(string apiVersion, string kind) =>
        Resources.FirstOrDefault(resource => resource.Type.ApiVersion == apiVersion && resource.Type.Kind == kind);

    /// <summary>
    /// What a person means by <c>deploy</c>, <c>deployments</c>, <c>deployment.apps</c>,
    /// <c>nodepools.v1.karpenter.sh</c>.
    /// </summary>
    public ApiResource? FindByName(string name)
    {
        var parts = name.ToLowerInvariant().Split('.', 2);
        var rest = parts.Length > 1 ? parts[1] : null;
        var named = Resources.Where(resource => IsCalled(resource, parts[0])).ToList();
        var asGroup = named.Where(resource => rest is null || resource.Type.Group == rest).ToList();
        if (asGroup.Count == 0)
            asGroup = named.Where(resource => $"{resource.Type.Version}.{resource.Type.Group}" == rest).ToList();
        return asGroup.Find(resource => resource.Preferred) ?? asGroup.FirstOrDefault();
    }

    private static bool IsCalled(ApiResource resource, string name) =>
        resource.Type.Plural == name
        || resource.Singular == name
        || string.Equals(resource.Type.Kind, name, StringComparison.OrdinalIgnoreCase)
        || resource.ShortNames.Contains(name, StringComparer.Ordinal);
}
