using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Schemas;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>
/// Request bodies to trees: JSON, or the binary encoding that typed clients prefer for built-in kinds.
/// </summary>
internal static class Bodies
{
    private const string Accepted = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    /// <summary>The body as an object of the kind the path names.</summary>
    public static JsonObject Read(KubeRequest request, ApiKind kind)
    {
        var item = Protobuf.IsEnvelope(request.Body.Span)
            ? Protobuf.Read(request.Body.Span, kind.Stored.Schema)
            : ReadAny(request);
        CheckKind(item, kind);
        return item;
    }

    public static void CheckKind(JsonObject item, ApiKind kind)
    {
        var apiVersion = Meta.Text(item, "apiVersion");
        var name = Meta.Text(item, "kind");
        if (
            (apiVersion.Length > 0 && apiVersion != kind.Type.ApiVersion) || (name.Length > 0 && name != kind.Type.Kind)
        )
            throw ApiError.BadRequest(
                $"{name} in version \"{Version(apiVersion)}\" cannot be handled as a {kind.Type.Kind}: "
                    + $"no kind \"{name}\" is registered for version \"{apiVersion}\""
            );
    }

    public static JsonObject ReadAny(KubeRequest request)
    {
        if (
            request.ContentType is { } type
            && !type.StartsWith("application/json", StringComparison.Ordinal)
            && !type.Contains("yaml", StringComparison.Ordinal)
            && !type.Contains("patch", StringComparison.Ordinal)
            && type != "*/*"
        )
            throw ApiError.UnsupportedMediaType(Accepted);
        return JsonBytes.ParseObject(request.Body.Span, out var error)
            ?? throw ApiError.BadRequest($"the object provided is unrecognized (must be of type Object): {error}");
    }

    /// <summary>The options of a delete, where there are any.</summary>
    public static JsonObject? ReadOptional(KubeRequest request) =>
        request.Body.IsEmpty ? null : ReadTyped(request, "meta.DeleteOptions");

    /// <summary>A body whose shape does not follow from the path: a Scale, a Binding, an Eviction.</summary>
    public static JsonObject ReadTyped(KubeRequest request, string typeName) =>
        Protobuf.IsEnvelope(request.Body.Span)
            ? Protobuf.Read(request.Body.Span, BuiltInSchemas.All[typeName])
            : ReadAny(request);

    private static string Version(string apiVersion) => apiVersion[(apiVersion.IndexOf('/') + 1)..];
}
