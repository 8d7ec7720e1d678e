using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Discovery;

/// <summary>
/// Which kinds there are: one aggregated document (v2) for new clients, one per group and version for old ones.
/// </summary>
internal sealed class DiscoveryDocuments(KindRegistry kinds)
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    public IEnumerable<string> Paths()
    {
        yield return "/api";
        yield return "/api/v1";
        yield return "/apis";
        foreach (var group in NamedGroups())
        {
            yield return $"/apis/{group}";
            foreach (var version in Versions(group))
                yield return $"/apis/{group}/{version}";
        }
        foreach (var path in new[] { "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version" })
            yield return path;
    }

    public ApiReply Core(string? accept) =>
        WantsAggregated(accept)
            ? AggregatedList([""])
            : ApiReply.Of(
                200,
                new JsonObject
                {
                    ["kind"] = "APIVersions",
                    ["versions"] = new JsonArray("v1"),
                    ["serverAddressByClientCIDRs"] = new JsonArray(
                        new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = "127.0.0.1" }
                    ),
                }
            );

    public ApiReply Groups(string? accept) =>
        WantsAggregated(accept)
            ? AggregatedList(NamedGroups())
            : ApiReply.Of(
                200,
                new JsonObject
                {
                    ["kind"] = "APIGroupList",
                    ["apiVersion"] = "v1",
                    ["groups"] = new JsonArray([.. NamedGroups().Select(group => (JsonNode)GroupObject(group))]),
                }
            );

    public ApiReply Group(string group)
    {
        if (!NamedGroups().Contains(group))
            throw ApiError.NoSuchPath();
        var document = GroupObject(group);
        document["kind"] = "APIGroup";
        document["apiVersion"] = "v1";
        return ApiReply.Of(200, document);
    }

    public ApiReply Resources(string group, string version)
    {
        var members = kinds.All.Where(kind => kind.Type.Group == group && kind.Type.Version == version).ToArray();
        if (members.Length == 0)
            throw ApiError.NoSuchPath();
        var resources = new JsonArray();
        foreach (var kind in members)
        foreach (var resource in LegacyResources(kind))
            resources.Add((JsonNode)resource);
        return ApiReply.Of(
            200,
            new JsonObject
            {
                ["kind"] = "APIResourceList",
                ["apiVersion"] = "v1",
                ["groupVersion"] = members[0].Type.ApiVersion,
                ["resources"] = resources,
            }
        );
    }

    private static bool WantsAggregated(string? accept) =>
        accept?.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) == true
            && accept.Contains("v=v2;", StringComparison.Ordinal)
        || accept?.Contains("g=apidiscovery.k8s.io;v=v2", StringComparison.Ordinal) == true
            && !accept.Contains(
                "v=v2beta1;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList,application/json;v=v2beta1",
                StringComparison.Ordinal
            );

    private List<string> NamedGroups()
    {
        var groups = new List<string>();
        foreach (var kind in kinds.All)
            if (kind.Type.Group.Length > 0 && !groups.Contains(kind.Type.Group))
                groups.Add(kind.Type.Group);
        return groups;
    }

    private IEnumerable<string> Versions(string group) =>
        kinds
            .All.Where(kind => kind.Type.Group == group)
            .Select(kind => kind.Type.Version)
            .Distinct()
            .Order(VersionPriority.Order);

    private JsonObject GroupObject(string group)
    {
        JsonObject Entry(string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };
        var versions = Versions(group).ToArray();
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions.Select(version => (JsonNode)Entry(version))]),
            ["preferredVersion"] = Entry(versions[0]),
        };
    }

    private static IEnumerable<JsonObject> LegacyResources(ApiKind kind)
    {
        var main = new JsonObject
        {
            ["name"] = kind.Type.Plural,
            ["singularName"] = kind.Singular,
            ["namespaced"] = kind.Type.Namespaced,
            ["kind"] = kind.Type.Kind,
            ["verbs"] = Strings(kind.Verbs),
        };
        if (kind.ShortNames.Count > 0)
            main["shortNames"] = Strings(kind.ShortNames);
        if (kind.Categories.Count > 0)
            main["categories"] = Strings(kind.Categories);
        yield return main;
        foreach (var (name, type, verbs) in Subresources(kind))
        {
            var resource = new JsonObject
            {
                ["name"] = $"{kind.Type.Plural}/{name}",
                ["singularName"] = "",
                ["namespaced"] = kind.Type.Namespaced,
                ["kind"] = type.Kind,
                ["verbs"] = Strings(verbs),
            };
            if (type.Group is not null)
                (resource["group"], resource["version"]) = (type.Group, type.Version);
            yield return resource;
        }
    }

    private static IEnumerable<(
        string Name,
        (string? Group, string Version, string Kind) Type,
        string[] Verbs
    )> Subresources(ApiKind kind)
    {
        if (kind.HasStatus)
            yield return ("status", (null, "", kind.Type.Kind), ["get", "patch", "update"]);
        if (kind.Scale is not null)
            yield return ("scale", ("autoscaling", "v1", "Scale"), ["get", "patch", "update"]);
        if (kind.Type is { Group: "", Kind: "Pod" })
        {
            yield return ("binding", (null, "", "Binding"), ["create"]);
            yield return ("eviction", ("policy", "v1", "Eviction"), ["create"]);
        }
        if (kind.Type is { Group: "", Kind: "Namespace" })
            yield return ("finalize", (null, "", "Namespace"), ["update"]);
    }

    private ApiReply AggregatedList(IEnumerable<string> groups)
    {
        var items = new JsonArray();
        foreach (var group in groups)
        {
            var versions = new JsonArray();
            foreach (var version in Versions(group))
            {
                var resources = kinds
                    .All.Where(kind => kind.Type.Group == group && kind.Type.Version == version)
                    .Select(kind => (JsonNode)AggregatedResource(kind));
                versions.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["version"] = version,
                            ["resources"] = new JsonArray([.. resources]),
                            ["freshness"] = "Current",
                        }
                );
            }
            var metadata = new JsonObject { ["creationTimestamp"] = null };
            if (group.Length > 0)
                metadata["name"] = group;
            items.Add((JsonNode)new JsonObject { ["metadata"] = metadata, ["versions"] = versions });
        }
        return ApiReply.Of(
            200,
            new JsonObject
            {
                ["kind"] = "APIGroupDiscoveryList",
                ["apiVersion"] = "apidiscovery.k8s.io/v2",
                ["metadata"] = new JsonObject(),
                ["items"] = items,
            }
        ) with
        {
            ContentType = Aggregated,
        };
    }

    private static JsonObject AggregatedResource(ApiKind kind)
    {
        var resource = new JsonObject
        {
            ["resource"] = kind.Type.Plural,
            ["responseKind"] = Gvk(kind.Type.Group, kind.Type.Version, kind.Type.Kind),
            ["scope"] = kind.Type.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = kind.Singular,
            ["verbs"] = Strings(kind.Verbs),
        };
        if (kind.ShortNames.Count > 0)
            resource["shortNames"] = Strings(kind.ShortNames);
        if (kind.Categories.Count > 0)
            resource["categories"] = Strings(kind.Categories);
        var subresources = new JsonArray();
        foreach (var (name, type, verbs) in Subresources(kind))
            subresources.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["subresource"] = name,
                        ["responseKind"] = type.Group is null
                            ? Gvk(kind.Type.Group, kind.Type.Version, type.Kind)
                            : Gvk(type.Group, type.Version, type.Kind),
                        ["verbs"] = Strings(verbs),
                    }
            );
        if (subresources.Count > 0)
            resource["subresources"] = subresources;
        return resource;
    }

    private static JsonObject Gvk(string group, string version, string kind) =>
        new()
        {
            ["group"] = group,
            ["version"] = version,
            ["kind"] = kind,
        };

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
