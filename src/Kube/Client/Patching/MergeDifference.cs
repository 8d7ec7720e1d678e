using System.Text.Json.Nodes;

namespace Tenon.Kube.Client.Patching;

/// <summary>The smallest RFC 7386 patch from one object to another.</summary>
internal static class MergeDifference
{
    /// <returns>Null when the two are equal.</returns>
    public static JsonObject? Of(JsonObject from, JsonObject to)
    {
        JsonObject? patch = null;
        foreach (var (name, value) in to)
        {
            if (!from.TryGetPropertyValue(name, out var before) || before is null)
            {
                if (value is not null) (patch ??= [])[name] = value.DeepClone();
            }
            else if (before is JsonObject inner && value is JsonObject other)
            {
                if (Of(inner, other) is { } nested) (patch ??= [])[name] = nested;
            }
            else if (!JsonNode.DeepEquals(before, value))
            {
                (patch ??= [])[name] = value?.DeepClone();
            }
        }
        foreach (var (name, value) in from)
            if (value is not null && !to.ContainsKey(name)) (patch ??= [])[name] = null;
        return patch;
    }
}
