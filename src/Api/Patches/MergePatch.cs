using System.Text.Json.Nodes;

namespace Tenon.Api.Patches;

/// <summary>JSON merge patch, RFC 7386: objects merge, null deletes, anything else replaces.</summary>
public static class MergePatch
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var result = new JsonObject();
        var before = target as JsonObject;
        foreach (var (name, value) in before ?? [])
            if (!changes.ContainsKey(name))
                result[name] = value?.DeepClone();
            else if (changes[name] is { } change)
                result[name] = Apply(value, change);
        foreach (var (name, change) in changes)
            if (change is not null && before?.ContainsKey(name) != true)
                result[name] = Apply(null, change);
        return result;
    }

    /// <summary>The smallest merge patch that turns one object into the other; null when they are equal.</summary>
    public static JsonObject? Between(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, value) in before)
            if (!after.ContainsKey(name) && value is not null)
                patch[name] = null;
        foreach (var (name, value) in after)
        {
            var old = before[name];
            if (JsonNode.DeepEquals(old, value))
                continue;
            if (old is JsonObject left && value is JsonObject right)
            {
                if (Between(left, right) is { } inner)
                    patch[name] = inner;
            }
            else
                patch[name] = value?.DeepClone();
        }
        return patch.Count == 0 ? null : patch;
    }
}
