using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>
/// Brings an object into its kind's shape: unknown fields go (or are complained about), missing ones are filled in.
/// </summary>
internal static class Shapes
{
    public static void Shape(WriteRequest request, ApiKind kind, JsonObject item)
    {
        item["apiVersion"] = kind.Type.ApiVersion;
        item["kind"] = kind.Type.Kind;
        // A status write cannot have touched the rest, which was shaped when it was written.
        if (request.Subresource == "status" && !kind.IsCustom)
        {
            if (kind.Schema?.Properties.GetValueOrDefault("status") is { } part && item["status"] is JsonObject status)
                Prune(request, kind, part, status, "status");
            return;
        }
        if (kind.Schema is { } schema)
        {
            Prune(request, kind, schema, item, "");
            if (kind.IsCustom)
                Defaulting.Apply(schema, item);
        }
        kind.Rules.Default?.Invoke(item);
    }

    private static void Prune(WriteRequest request, ApiKind kind, Schema schema, JsonObject item, string path)
    {
        var pruning = new Pruning(typed: !kind.IsCustom);
        try
        {
            pruning.Object(schema, item, path);
        }
        catch (ApiError wrong) when (wrong.Code == 400)
        {
            throw ApiError.BadRequest($"{CannotBe(kind)}: {wrong.Message}");
        }
        if (pruning.Unknown.Count == 0)
            return;
        switch (request.Validation)
        {
            case FieldValidation.Strict:
                throw ApiError.BadRequest(
                    $"{CannotBe(kind)}: strict decoding error: {string.Join(", ", pruning.Unknown.Select(path => $"unknown field \"{path}\""))}"
                );
            case FieldValidation.Warn:
                request.Warnings.AddRange(pruning.Unknown.Select(path => $"unknown field \"{path}\""));
                break;
        }
    }

    private static string CannotBe(ApiKind kind) =>
        $"{kind.Type.Kind} in version \"{kind.Type.Version}\" cannot be handled as a {kind.Type.Kind}";
}
