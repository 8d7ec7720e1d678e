using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>Which parts of an update come from the caller and which stay as they were.</summary>
internal static class Inheritance
{
    private static readonly string[] SystemFields =
    [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "name",
        "namespace",
        "generateName",
    ];

    public static JsonObject Merge(ApiKind kind, string? subresource, JsonObject old, JsonObject item)
    {
        var merged = subresource == "status" ? StatusOnly(kind, old, item) : item;
        var metadata = Meta.Of(merged);
        var oldMetadata = Meta.Of(old);
        foreach (var field in SystemFields)
            Take(oldMetadata, metadata, field);
        metadata.Remove("selfLink");
        if (subresource is null && kind.HasStatus)
            Take(old, merged, "status");
        merged["apiVersion"] = kind.Type.ApiVersion;
        merged["kind"] = kind.Type.Kind;
        return merged;
    }

    /// <summary>A change to anything but metadata and status makes a new generation.</summary>
    public static void BumpGeneration(JsonObject old, JsonObject item)
    {
        var metadata = Meta.Of(item);
        var generation = Meta.Number(metadata, "generation") ?? 1;
        metadata["generation"] = generation;
        foreach (var (key, value) in item)
            if (key is not ("metadata" or "status" or "apiVersion" or "kind") && !JsonNode.DeepEquals(value, old[key]))
            {
                metadata["generation"] = generation + 1;
                return;
            }
        foreach (var (key, _) in old)
            if (key is not ("metadata" or "status" or "apiVersion" or "kind") && !item.ContainsKey(key))
                metadata["generation"] = generation + 1;
    }

    /// <summary>
    /// Whether the write changes nothing. A status write cannot have changed more than status and metadata.
    /// </summary>
    public static bool IsSame(string? subresource, JsonObject old, JsonObject item) =>
        subresource == "status"
            ? JsonNode.DeepEquals(old["status"], item["status"])
                && JsonNode.DeepEquals(old["metadata"], item["metadata"])
            : JsonNode.DeepEquals(old, item);

    private static JsonObject StatusOnly(ApiKind kind, JsonObject old, JsonObject item)
    {
        var merged = (JsonObject)old.DeepClone();
        Take(item, merged, "status");
        // Kubelets label their nodes, and annotate their pods, through the status subresource.
        if (kind.Type is { Group: "", Kind: "Node" or "Pod" })
            foreach (var field in new[] { "labels", "annotations", "finalizers" })
                Take(Meta.Of(item), Meta.Of(merged), field);
        if (item["metadata"]?["managedFields"] is { } fields)
            Meta.Of(merged)["managedFields"] = fields.DeepClone();
        return merged;
    }

    private static void Take(JsonObject from, JsonObject to, string key)
    {
        if (from.TryGetPropertyValue(key, out var value))
        {
            if (to.TryGetPropertyValue(key, out var present) && JsonNode.DeepEquals(present, value))
                return;
            to[key] = value?.DeepClone();
        }
        else
            to.Remove(key);
    }
}
