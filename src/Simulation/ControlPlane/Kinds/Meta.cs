using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>Reading and writing the metadata, and any dotted path, of an object that is still a tree.</summary>
internal static class Meta
{
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>The metadata object, made when it is missing.</summary>
    public static JsonObject Of(JsonObject item)
    {
        if (item["metadata"] is JsonObject metadata)
            return metadata;
        var made = new JsonObject();
        item["metadata"] = made;
        return made;
    }

    public static string Text(JsonObject? item, string key) =>
        item?[key] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    public static long? Number(JsonObject? item, string key) => item?[key] is JsonValue value ? AsNumber(value) : null;

    public static long? AsNumber(JsonNode? node) =>
        node is not JsonValue value ? null
        : value.TryGetValue(out long whole) ? whole
        : value.TryGetValue(out int small) ? small
        : value.TryGetValue(out double real) && Math.Floor(real) == real ? (long)real
        : null;

    public static bool? Flag(JsonObject? item, string key) =>
        item?[key] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    /// <summary>
    /// The node at a dotted path such as <c>spec.template.spec</c>; a leading dot is allowed. Null when any step is
    /// missing.
    /// </summary>
    public static JsonNode? At(JsonNode? node, string path)
    {
        foreach (var range in path.AsSpan().Split('.'))
        {
            var step = path.AsSpan()[range];
            if (step.IsEmpty)
                continue;
            node = (node as JsonObject)?[step.ToString()];
            if (node is null)
                return null;
        }
        return node;
    }

    public static JsonObject? ObjectAt(JsonNode? node, string path) => At(node, path) as JsonObject;

    /// <summary>
    /// What stands at the path, as field selectors and printer columns show it: text, numbers and flags.
    /// </summary>
    public static string TextAt(JsonNode? node, string path) => Show(At(node, path));

    public static string Show(JsonNode? node) =>
        node switch
        {
            null => "",
            JsonValue value => value.GetValueKind() switch
            {
                JsonValueKind.String => value.GetValue<string>(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => value.ToJsonString(),
            },
            _ => node.ToJsonString(),
        };

    public static void SetAt(JsonObject item, string path, JsonNode? value)
    {
        var steps = path.Split('.', StringSplitOptions.RemoveEmptyEntries);
        var at = item;
        foreach (var step in steps[..^1])
        {
            if (at[step] is not JsonObject next)
                at[step] = next = [];
            at = next;
        }
        at[steps[^1]] = value;
    }

    public static bool IsDeleting(JsonObject item) =>
        item["metadata"] is JsonObject metadata && metadata["deletionTimestamp"] is not null;

    public static bool HasFinalizers(JsonObject item) => item["metadata"]?["finalizers"] is JsonArray { Count: > 0 };

    public static IEnumerable<string> Strings(JsonNode? list) =>
        list is JsonArray items
            ? items
                .OfType<JsonValue>()
                .Select(value => value.TryGetValue(out string? text) ? text : value.ToJsonString())
            : [];

    public static JsonArray ListAt(JsonObject item, string path)
    {
        if (At(item, path) is JsonArray list)
            return list;
        var made = new JsonArray();
        SetAt(item, path, made);
        return made;
    }

    public static void SetAnnotation(JsonObject metadata, string key, string value)
    {
        if (metadata["annotations"] is not JsonObject annotations)
            metadata["annotations"] = annotations = [];
        annotations[key] = value;
    }
}
