using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Api.Conversion;

/// <summary>An object being rewritten, with the notes that go with it.</summary>
internal sealed class Edit(JsonObject original)
{
    private readonly ImmutableArray<ConversionNote>.Builder _notes = ImmutableArray.CreateBuilder<ConversionNote>();

    public JsonObject Root { get; } = (JsonObject)original.DeepClone();

    public ImmutableArray<ConversionNote> Notes => _notes.ToImmutable();

    public bool IsChanged => _notes.Count > 0;

    public void Note(string path, string what) => _notes.Add(new ConversionNote(path, what));

    public JsonObject? Map(params ReadOnlySpan<string> path)
    {
        JsonNode? node = Root;
        foreach (var name in path)
            node = (node as JsonObject)?[name];
        return node as JsonObject;
    }

    /// <summary>The object there, made where it is missing.</summary>
    public JsonObject MapOrNew(params ReadOnlySpan<string> path)
    {
        var map = Root;
        foreach (var name in path)
        {
            if (map[name] is not JsonObject inner)
                map[name] = inner = [];
            map = inner;
        }
        return map;
    }

    public static string? Text(JsonObject? map, string name) =>
        map?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>Takes a field away and gives its value without a parent.</summary>
    public static JsonNode? Take(JsonObject? map, string name)
    {
        if (map is null || !map.TryGetPropertyValue(name, out var value))
            return null;
        map.Remove(name);
        return value;
    }

    /// <summary>Renames a key of a map in place; false when it is not there or the new one is taken.</summary>
    public static bool Rename(JsonObject? map, string from, string to)
    {
        if (map is null || !map.ContainsKey(from) || map.ContainsKey(to))
            return false;
        var entries = map.Select(pair => (pair.Key, Value: pair.Value?.DeepClone())).ToList();
        map.Clear();
        foreach (var (key, value) in entries)
            map[key == from ? to : key] = value;
        return true;
    }
}
