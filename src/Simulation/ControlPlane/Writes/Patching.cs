using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>PATCH by content type.</summary>
internal static class Patching
{
    public const string Merge = "application/merge-patch+json";
    public const string Json = "application/json-patch+json";
    public const string Strategic = "application/strategic-merge-patch+json";
    public const string ApplyYaml = "application/apply-patch+yaml";

    public static (int Status, StoredObject Item) Patch(Writer writer, WriteRequest write, KubeRequest request) =>
        (200, writer.Patch(write, item => Apply(request, item)));

    /// <summary>The patched tree. Strategic merges need a built-in kind: custom ones have no merge keys.</summary>
    public static JsonObject Apply(KubeRequest request, JsonObject item)
    {
        switch (request.ContentType)
        {
            case Merge:
                return (JsonObject)MergePatch(item, Bodies.ReadAny(request))!;
            default:
                throw ApiError.UnsupportedMediaType($"{Json}, {Merge}, {Strategic}, {ApplyYaml}");
        }
    }

    private static JsonNode? MergePatch(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = target as JsonObject ?? [];
        foreach (var (key, value) in changes)
            if (value is null) result.Remove(key);
            else
            {
                var old = result[key];
                result.Remove(key);
                result[key] = MergePatch(old, value);
            }
        return result;
    }
}
