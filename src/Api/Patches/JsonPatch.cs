using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Api.Patches;

/// <summary>JSON patch, RFC 6902: all operations or none.</summary>
public static class JsonPatch
{
    /// <summary>The API server's own limit.</summary>
    public const int MaxOperations = 10_000;

    public static PatchResult Apply(JsonNode? document, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
            return PatchResult.Fail("a JSON patch is a list of operations");
        if (operations.Count > MaxOperations)
            return PatchResult.Fail(
                $"a JSON patch may hold {MaxOperations} operations, this one has {operations.Count}"
            );
        // A root of its own gives every pointer, the empty one too, a parent to write to.
        var root = new JsonArray(document?.DeepClone());
        for (var i = 0; i < operations.Count; i++)
            if (Carry(root, operations[i] as JsonObject) is { } fault)
                return PatchResult.Fail($"operation {i}: {fault}");
        var result = root[0];
        root.Clear();
        return PatchResult.Ok(result);
    }

    private static string? Carry(JsonArray root, JsonObject? operation)
    {
        if (operation is null)
            return "not an object";
        if (Text(operation, "op") is not { } op)
            return "\"op\" is missing";
        if (!Pointer.TryParse(Text(operation, "path"), out var path))
            return "\"path\" is missing or not a JSON pointer";
        switch (op)
        {
            case "add" or "replace" or "test" when !operation.ContainsKey("value"):
                return $"{op} needs a \"value\"";
            case "add":
                return path.Add(root, operation["value"]?.DeepClone());
            case "remove":
                return path.Remove(root);
            case "replace":
                return path.Replace(root, operation["value"]?.DeepClone());
            case "test":
                if (path.Get(root, out var found) is { } missing)
                    return missing;
                return JsonNode.DeepEquals(found, operation["value"]) ? null : $"test failed at {path}";
            case "move" or "copy":
                if (!Pointer.TryParse(Text(operation, "from"), out var from))
                    return "\"from\" is missing or not a JSON pointer";
                if (op == "move" && path.IsBelow(from))
                    return $"cannot move {from} into itself";
                if (from.Get(root, out var source) is { } absent)
                    return absent;
                var copy = source?.DeepClone();
                return (op == "move" ? from.Remove(root) : null) ?? path.Add(root, copy);
            default:
                return $"\"{op}\" is not an operation";
        }
    }

    private static string? Text(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : null;

    private sealed record Pointer(string[] Parts)
    {
        public static bool TryParse(string? text, out Pointer pointer)
        {
            pointer = new Pointer([]);
            if (text is null || (text.Length > 0 && text[0] != '/'))
                return false;
            // The first part is the document's place in its root.
            var parts = ("0" + text).Split('/');
            for (var i = 1; i < parts.Length; i++)
                parts[i] = parts[i]
                    .Replace("~1", "/", StringComparison.Ordinal)
                    .Replace("~0", "~", StringComparison.Ordinal);
            pointer = new Pointer(parts);
            return true;
        }

        public bool IsBelow(Pointer other) =>
            Parts.Length > other.Parts.Length && Parts.AsSpan().StartsWith(other.Parts);

        public string? Get(JsonNode root, out JsonNode? value)
        {
            value = root;
            foreach (var part in Parts)
                if (Child(value, part, out value) is { } fault)
                    return $"{this}: {fault}";
            return null;
        }

        public string? Add(JsonArray root, JsonNode? value)
        {
            if (Parent(root, out var parent) is { } fault)
                return fault;
            switch (parent)
            {
                case JsonObject map:
                    map[Parts[^1]] = value;
                    return null;
                case JsonArray list when Parts.Length == 1:
                    list[0] = value;
                    return null;
                case JsonArray list when Parts[^1] == "-":
                    list.Add(value);
                    return null;
                case JsonArray list when Index(Parts[^1], list.Count) is { } at:
                    list.Insert(at, value);
                    return null;
                default:
                    return $"{this}: no such place";
            }
        }

        public string? Remove(JsonArray root)
        {
            if (Get(root, out _) is { } missing)
                return missing;
            if (Parts.Length == 1)
                root[0] = null;
            else if (Parent(root, out var parent) is null && parent is JsonObject map)
                map.Remove(Parts[^1]);
            else if (parent is JsonArray list)
                list.RemoveAt(Index(Parts[^1], list.Count - 1)!.Value);
            return null;
        }

        public string? Replace(JsonArray root, JsonNode? value)
        {
            if (Get(root, out _) is { } missing)
                return missing;
            if (Parent(root, out var parent) is { } fault)
                return fault;
            if (parent is JsonObject map)
                map[Parts[^1]] = value;
            else if (parent is JsonArray list)
                list[Index(Parts[^1], list.Count - 1)!.Value] = value;
            return null;
        }

        public override string ToString() => $"\"/{string.Join('/', Parts.Skip(1))}\"";

        private string? Parent(JsonArray root, out JsonNode? parent) => new Pointer(Parts[..^1]).Get(root, out parent);

        private static string? Child(JsonNode? node, string part, out JsonNode? child)
        {
            child = null;
            switch (node)
            {
                case JsonObject map when map.TryGetPropertyValue(part, out child):
                    return null;
                case JsonArray list when Index(part, list.Count - 1) is { } at:
                    child = list[at];
                    return null;
                default:
                    return $"there is no \"{part}\"";
            }
        }

        /// <summary>Digits without a leading zero, at most <paramref name="max"/>.</summary>
        private static int? Index(string part, int max) =>
            (part == "0" || (part.Length > 0 && part[0] != '0'))
            && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && at <= max
                ? at
                : null;
    }
}
