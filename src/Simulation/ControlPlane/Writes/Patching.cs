using System.Text.Json.Nodes;
using Tenon.Api.Patches;
using Tenon.Api.Yaml;
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
        MediaType(request) == ApplyYaml
            ? Applying.Apply(writer, write, Manifest(request, write.Kind), writer.Now)
            : (200, writer.Patch(write, item => Change(request, item, write.Kind)));

    /// <summary>The patched tree. Strategic merges need a built-in kind: custom ones have no merge keys.</summary>
    public static JsonObject Change(KubeRequest request, JsonObject item, ApiKind? kind)
    {
        var result = MediaType(request) switch
        {
            Merge => PatchResult.Ok(MergePatch.Apply(item, Bodies.ReadAny(request))),
            Json => JsonPatch.Apply(item, Operations(request)),
            Strategic when kind is not { IsCustom: true } => StrategicMergePatch.Apply(
                item,
                Bodies.ReadAny(request),
                kind?.Type.Kind ?? "Scale"
            ),
            _ => throw ApiError.UnsupportedMediaType(
                string.Join(
                    ", ",
                    kind is { IsCustom: true } ? [Json, Merge, ApplyYaml] : [Json, Merge, Strategic, ApplyYaml]
                )
            ),
        };
        if (result.Error is { } error)
            throw new ApiError(
                422,
                "Invalid",
                $"the server rejected our request due to an error in our request: {error}"
            );
        return result.Value as JsonObject ?? throw ApiError.BadRequest("the patch leaves no object");
    }

    /// <summary>The applied configuration: YAML, of which JSON is a part.</summary>
    private static JsonObject Manifest(KubeRequest request, ApiKind kind)
    {
        if (request.Body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
            return Bodies.Read(request, kind);
        var parsed = Manifests.Parse(System.Text.Encoding.UTF8.GetString(request.Body.Span), "body");
        if (parsed.Errors is [var error, ..])
            throw ApiError.BadRequest($"error decoding YAML: {error}");
        if (parsed.Manifests is not [var manifest])
            throw ApiError.BadRequest("error decoding YAML: expected one document");
        Bodies.CheckKind(manifest.Object, kind);
        return manifest.Object;
    }

    private static JsonArray Operations(KubeRequest request)
    {
        try
        {
            return JsonNode.Parse(request.Body.Span) as JsonArray
                ?? throw ApiError.BadRequest("a JSON patch is a list of operations");
        }
        catch (System.Text.Json.JsonException failure)
        {
            throw ApiError.BadRequest(failure.Message);
        }
    }

    private static string MediaType(KubeRequest request) => (request.ContentType ?? "").Split(';')[0].Trim();
}
