using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;

namespace Tenon.Simulation.ControlPlane.Ownership;

/// <summary>
/// Walks over trees that know their schema: which paths a value holds, what changed between two values, and how an
/// applied value is laid over a live one (source of the rules: structured-merge-diff).
/// </summary>
internal static class TypedTree
{
    /// <summary>How the parts of a value are told apart; atomic values have no parts.</summary>
    private enum Grain
    {
        Atomic,
        Fields,
        Keyed,
        Set,
    }

    public static string FieldElement(string name) => $"f:{name}";

    /// <summary>Adds the paths the value holds.</summary>
    public static void Paths(Schema? schema, JsonNode? value, FieldSet set)
    {
        switch (GrainOf(schema, value))
        {
            case Grain.Fields when value is JsonObject { Count: > 0 } item:
                foreach (var (name, inner) in item)
                {
                    var child = set.Child(FieldElement(name));
                    Paths(FieldOf(schema, name), inner, child);
                    // Entries of free maps are fields of their own, known ones only exist through what is in them.
                    if (schema?.Properties.ContainsKey(name) != true)
                        child.IsMember = true;
                }
                break;
            case Grain.Keyed when value is JsonArray { Count: > 0 } list:
                foreach (var inner in list)
                {
                    var child = set.Child(KeyOf(schema!, inner));
                    child.IsMember = true;
                    Paths(schema!.Items, inner, child);
                }
                break;
            case Grain.Set when value is JsonArray { Count: > 0 } list:
                foreach (var inner in list)
                    set.Child(ValueElement(inner)).IsMember = true;
                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    /// <summary>Sorts the differences: paths that are new or different, and paths that are gone.</summary>
    public static void Compare(Schema? schema, JsonNode? before, JsonNode? after, FieldSet changed, FieldSet removed)
    {
        if (before is null || after is null)
        {
            if (after is not null)
                Paths(schema, after, changed);
            else if (before is not null)
                Paths(schema, before, removed);
            return;
        }
        var grain = GrainOf(schema, after);
        if (grain == Grain.Atomic || grain != GrainOf(schema, before))
        {
            if (!JsonNode.DeepEquals(before, after))
                changed.IsMember = true;
            return;
        }
        var (old, now) = (Parts(schema, grain, before), Parts(schema, grain, after));
        foreach (var (element, (inner, part)) in now)
        {
            if (old.TryGetValue(element, out var was))
                Compare(inner, was.Value, part, changed.Child(element), removed.Child(element));
            else
            {
                Paths(inner, part, changed.Child(element));
                if (grain != Grain.Fields || schema?.Properties.ContainsKey(element[2..]) != true)
                    changed.Child(element).IsMember = true;
            }
            Tidy(changed, element);
            Tidy(removed, element);
        }
        foreach (var (element, (inner, part)) in old)
            if (!now.ContainsKey(element))
            {
                Paths(inner, part, removed.Child(element));
                removed.Child(element).IsMember = true;
            }
    }

    /// <summary>The live value with the applied one laid over it.</summary>
    public static JsonNode? Merge(Schema? schema, JsonNode? live, JsonNode? applied)
    {
        if (applied is null)
            return live?.DeepClone();
        var grain = GrainOf(schema, applied);
        if (live is null || grain == Grain.Atomic || grain != GrainOf(schema, live))
            return applied.DeepClone();
        if (grain == Grain.Fields)
        {
            var merged = (JsonObject)live.DeepClone();
            foreach (var (name, value) in (JsonObject)applied)
                merged[name] = Merge(FieldOf(schema, name), merged[name], value);
            return merged;
        }
        // Applied items come in the order in which they were applied, with the others' items after them.
        var theirs = Parts(schema, grain, live);
        var list = new JsonArray();
        foreach (var (element, (inner, value)) in Parts(schema, grain, applied))
            list.Add(
                grain == Grain.Keyed && theirs.TryGetValue(element, out var old)
                    ? Merge(inner, old.Value, value)
                    : value?.DeepClone()
            );
        var mine = Parts(schema, grain, applied);
        foreach (var (element, (_, value)) in theirs)
            if (!mine.ContainsKey(element))
                list.Add(value?.DeepClone());
        return list;
    }

    /// <summary>Takes the paths out of the value, except where somebody else holds something below them.</summary>
    public static void Remove(Schema? schema, JsonNode? value, FieldSet gone, FieldSet kept)
    {
        var grain = GrainOf(schema, value);
        if (value is null || grain == Grain.Atomic)
            return;
        foreach (var (element, child) in gone.Children)
        {
            if (!Parts(schema, grain, value).TryGetValue(element, out var part))
                continue;
            kept.Children.TryGetValue(element, out var keptHere);
            Remove(part.Schema, part.Value, child, keptHere ?? new FieldSet());
            var isHollow = part.Value is JsonObject { Count: 0 } or JsonArray { Count: 0 };
            if (keptHere is not null || !(child.IsMember || isHollow))
                continue;
            if (value is JsonObject item)
                item.Remove(element[2..]);
            else
                ((JsonArray)value).Remove(part.Value);
        }
    }

    private static void Tidy(FieldSet set, string element)
    {
        if (set.Children.TryGetValue(element, out var child) && child.IsEmpty)
            set.Children.Remove(element);
    }

    private static Grain GrainOf(Schema? schema, JsonNode? value) =>
        value switch
        {
            JsonObject => schema is { IsAtomic: true } ? Grain.Atomic : Grain.Fields,
            JsonArray => schema?.Merge switch
            {
                ListMerge.Map => Grain.Keyed,
                ListMerge.Set => Grain.Set,
                _ => Grain.Atomic,
            },
            _ => Grain.Atomic,
        };

    private static Schema? FieldOf(Schema? schema, string name) =>
        schema is null ? null
        : schema.Properties.TryGetValue(name, out var field) ? field
        : schema.Values;

    private static OrderedDictionary<string, (Schema? Schema, JsonNode? Value)> Parts(
        Schema? schema,
        Grain grain,
        JsonNode value
    )
    {
        var parts = new OrderedDictionary<string, (Schema?, JsonNode?)>();
        if (value is JsonObject item)
            foreach (var (name, inner) in item)
                parts[FieldElement(name)] = (FieldOf(schema, name), inner);
        else
            foreach (var inner in (JsonArray)value)
                parts[grain == Grain.Keyed ? KeyOf(schema!, inner) : ValueElement(inner)] = (schema!.Items, inner);
        return parts;
    }

    private static string KeyOf(Schema schema, JsonNode? item)
    {
        var keys = new JsonObject();
        foreach (var key in schema.Keys.Order(StringComparer.Ordinal))
        {
            var value = (item as JsonObject)?[key]?.DeepClone();
            // A protocol left out is TCP, and must be the same key as a protocol written out.
            if (value is null && key == "protocol")
                value = "TCP";
            if (value is not null)
                keys[key] = value;
        }
        return "k:" + System.Text.Encoding.UTF8.GetString(JsonBytes.Of(keys));
    }

    private static string ValueElement(JsonNode? item) =>
        "v:" + (item is null ? "null" : System.Text.Encoding.UTF8.GetString(JsonBytes.Of(item)));
}
