using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane.Subresources;

/// <summary>The scale subresource: an autoscaling/v1 Scale laid over the replica fields of another object.</summary>
internal sealed class Scaler(Writer writer)
{
    public static JsonObject View(ApiKind kind, JsonObject item)
    {
        var paths = kind.Scale ?? throw ApiError.NoSuchPath();
        var metadata = Meta.Of(item);
        var shown = new JsonObject();
        foreach (var key in new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" })
            if (metadata[key] is { } value)
                shown[key] = value.DeepClone();
        var status = new JsonObject { ["replicas"] = Meta.AsNumber(Meta.At(item, paths.Status)) ?? 0 };
        if (paths.Selector is { } selector && Meta.At(item, selector) is { } pods)
            status["selector"] = SelectorText(pods);
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = shown,
            ["spec"] = new JsonObject { ["replicas"] = Meta.AsNumber(Meta.At(item, paths.Spec)) ?? 0 },
            ["status"] = status,
        };
    }

    public JsonObject Change(WriteRequest request, Func<JsonObject, JsonObject> change)
    {
        var kind = request.Kind.Stored;
        var before = Writer.Existing(request);
        var old = JsonBytes.Trusted(before.Json);
        var scale = change(View(kind, old));
        var replicas = Meta.AsNumber(Meta.At(scale, "spec.replicas")) ?? 0;
        if (replicas < 0)
            throw ApiError.Invalid(
                "autoscaling",
                "Scale",
                request.Name,
                [FieldFault.Invalid("spec.replicas", replicas, "must be greater than or equal to 0")]
            );
        var item = JsonBytes.Trusted(before.Json);
        Meta.SetAt(item, kind.Scale!.Spec, replicas);
        var version = Meta.TextAt(scale, "metadata.resourceVersion");
        if (version.Length > 0)
            Meta.Of(item)["resourceVersion"] = version;
        var after = writer.Replace(request, kind, before, old, item, fromPatch: true);
        return View(kind, JsonBytes.Trusted(after.Json));
    }

    private static string SelectorText(JsonNode selector)
    {
        if (selector is not JsonObject pairs)
            return Meta.Show(selector);
        var labels = pairs["matchLabels"] as JsonObject ?? (pairs.ContainsKey("matchExpressions") ? [] : pairs);
        var parts = labels.Select(pair => $"{pair.Key}={Meta.Show(pair.Value)}").ToList();
        foreach (var expression in (pairs["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var key = Meta.Text(expression, "key");
            var values = $"({string.Join(",", Meta.Strings(expression["values"]).Order(StringComparer.Ordinal))})";
            parts.Add(
                Meta.Text(expression, "operator") switch
                {
                    "In" => $"{key} in {values}",
                    "NotIn" => $"{key} notin {values}",
                    "Exists" => key,
                    _ => $"!{key}",
                }
            );
        }
        parts.Sort(StringComparer.Ordinal);
        return string.Join(",", parts);
    }
}
