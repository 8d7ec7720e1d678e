using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tenon.Api.Patches;

/// <summary>
/// Kubernetes' strategic merge patch over a built-in kind: like a merge patch, but lists merge by key, and directives
/// say what plain JSON cannot (<c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder/…</c>,
/// <c>$deleteFromPrimitiveList/…</c>).
/// </summary>
public static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string OrderPrefix = "$setElementOrder/";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";

    /// <param name="kind">The kind of the object, which decides how its lists merge.</param>
    public static PatchResult Apply(JsonObject original, JsonObject patch, string kind)
    {
        try
        {
            return PatchResult.Ok(Merge(original, patch, kind));
        }
        catch (BadPatch bad)
        {
            return PatchResult.Fail(bad.Message);
        }
    }

    private static JsonObject Merge(JsonObject? original, JsonObject patch, string? type)
    {
        switch (DirectiveOf(patch))
        {
            case "replace":
                return Stripped(patch);
            case "delete":
                return [];
            case null or "merge":
                break;
            case var unknown:
                throw new BadPatch($"\"{unknown}\" is not a {Directive} directive");
        }
        var result = original is null ? [] : (JsonObject)original.DeepClone();
        if (patch[RetainKeys] is { } retained)
            Retain(result, patch, retained);
        foreach (var (name, change) in patch)
        {
            if (name is Directive or RetainKeys)
                continue;
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal))
                DeleteFrom(result, name[DeletePrefix.Length..], change);
            else if (name.StartsWith(OrderPrefix, StringComparison.Ordinal))
                CheckOrder(patch, name[OrderPrefix.Length..], type);
            else if (change is null)
                result.Remove(name);
            else
                result[name] = MergeField(result[name], change, MergeKeys.Field(type, name), name);
        }
        // Orders are put right last: the list they speak of may come after them in the patch.
        foreach (var (name, order) in patch)
            if (name.StartsWith(OrderPrefix, StringComparison.Ordinal))
                Reorder(result, original, name[OrderPrefix.Length..], order, type);
        return result;
    }

    private static JsonNode MergeField(JsonNode? old, JsonNode change, MergeField field, string name) =>
        change switch
        {
            JsonObject map when field.ReplacesMap && DirectiveOf(map) is null => map.DeepClone(),
            JsonObject map => Merge(old as JsonObject, map, field.Type),
            JsonArray list when field.Merge == ListMerge.ByKey => MergeByKey(old as JsonArray, list, field, name),
            JsonArray list when field.Merge == ListMerge.Set => Union(old as JsonArray, list),
            JsonArray list => ReplaceList(list),
            _ => change.DeepClone(),
        };

    private static JsonArray MergeByKey(JsonArray? old, JsonArray changes, MergeField field, string name)
    {
        foreach (var item in changes)
            if (item is JsonObject { } marker && DirectiveOf(marker) == "replace" && !marker.ContainsKey(field.Key!))
                return ReplaceList(changes);
        var result = old is null ? [] : (JsonArray)old.DeepClone();
        foreach (var item in changes)
        {
            if (item is not JsonObject change)
                throw new BadPatch($"{name}: expected objects in the list");
            if (change[field.Key!] is not { } key)
                throw new BadPatch($"map: {change.ToJsonString()} does not contain declared merge key: {field.Key}");
            var at = IndexByKey(result, field.Key!, key);
            if (DirectiveOf(change) == "delete")
            {
                for (; at >= 0; at = IndexByKey(result, field.Key!, key))
                    result.RemoveAt(at);
                continue;
            }
            var merged = Merge(at >= 0 ? result[at] as JsonObject : null, change, field.Type);
            if (at >= 0)
                result[at] = merged;
            else
                result.Add((JsonNode)merged);
        }
        return result;
    }

    private static JsonArray ReplaceList(JsonArray changes)
    {
        var result = new JsonArray();
        foreach (var item in changes)
            if (item is not JsonObject map || !map.ContainsKey(Directive))
                result.Add(item?.DeepClone());
        return result;
    }

    private static JsonArray Union(JsonArray? old, JsonArray additions)
    {
        var result = old is null ? [] : (JsonArray)old.DeepClone();
        foreach (var item in additions)
            if (!result.Any(have => JsonNode.DeepEquals(have, item)))
                result.Add(item?.DeepClone());
        return result;
    }

    private static void DeleteFrom(JsonObject target, string name, JsonNode? unwanted)
    {
        if (unwanted is not JsonArray values)
            throw new BadPatch($"{DeletePrefix}{name} is not a list");
        if (target[name] is not JsonArray list)
            return;
        for (var i = list.Count - 1; i >= 0; i--)
            if (values.Any(value => JsonNode.DeepEquals(value, list[i])))
                list.RemoveAt(i);
    }

    private static void Retain(JsonObject target, JsonObject patch, JsonNode retained)
    {
        if (retained is not JsonArray list)
            throw new BadPatch($"{RetainKeys} is not a list");
        var keep = list.Select(name =>
                name is JsonValue text && text.GetValueKind() == JsonValueKind.String
                    ? text.GetValue<string>()
                    : throw new BadPatch($"{RetainKeys} holds more than names")
            )
            .ToList();
        foreach (var (name, change) in patch)
            if (change is not null && name[0] != '$' && !keep.Contains(name))
                throw new BadPatch($"{RetainKeys} lacks \"{name}\", which the patch sets");
        foreach (var name in target.Select(pair => pair.Key).ToList())
            if (!keep.Contains(name))
                target.Remove(name);
    }

    /// <summary>Refuses an order that lacks an item of the patch beside it.</summary>
    private static void CheckOrder(JsonObject patch, string name, string? type)
    {
        if (patch[OrderPrefix + name] is not JsonArray order)
            throw new BadPatch($"{OrderPrefix}{name} is not a list");
        if (patch[name] is not JsonArray items)
            return;
        var key = MergeKeys.Field(type, name).Key;
        foreach (var item in items)
            if ((item as JsonObject)?.ContainsKey(Directive) != true && Position(order, item, key) < 0)
                throw new BadPatch($"the order of {name} lacks an item that the patch sets: {item?.ToJsonString()}");
    }

    /// <summary>
    /// Items named by the order stand in that order; the others keep their place among each other, each before the
    /// first named item that followed it in the live list.
    /// </summary>
    private static void Reorder(JsonObject result, JsonObject? original, string name, JsonNode? order, string? type)
    {
        if (order is not JsonArray wanted || result[name] is not JsonArray merged)
            return;
        var key = MergeKeys.Field(type, name).Key;
        var live = original?[name] as JsonArray ?? [];
        var named = new List<JsonNode?>();
        var others = new List<JsonNode?>();
        foreach (var item in merged)
            (Position(wanted, item, key) >= 0 ? named : others).Add(item);
        var sorted = named.OrderBy(item => Position(wanted, item, key)).ToList();
        merged.Clear();
        int i = 0,
            j = 0;
        while (i < others.Count || j < sorted.Count)
        {
            var takeOther = j == sorted.Count || (i < others.Count && StandsBefore(live, others[i], sorted[j], key));
            merged.Add(takeOther ? others[i++] : sorted[j++]);
        }
    }

    private static bool StandsBefore(JsonArray live, JsonNode? a, JsonNode? b, string? key)
    {
        var left = Position(live, a, key);
        var right = Position(live, b, key);
        return left >= 0 && right >= 0 && left < right;
    }

    private static int Position(JsonArray list, JsonNode? item, string? key)
    {
        if (key is not null)
            return item is JsonObject map && map[key] is { } value ? IndexByKey(list, key, value) : -1;
        for (var i = 0; i < list.Count; i++)
            if (JsonNode.DeepEquals(list[i], item))
                return i;
        return -1;
    }

    private static int IndexByKey(JsonArray list, string key, JsonNode value)
    {
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject item && JsonNode.DeepEquals(item[key], value))
                return i;
        return -1;
    }

    private static string? DirectiveOf(JsonObject map)
    {
        if (!map.TryGetPropertyValue(Directive, out var directive))
            return null;
        return directive is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? text.GetValue<string>()
            : throw new BadPatch($"{Directive} is not a text");
    }

    private static JsonObject Stripped(JsonObject patch)
    {
        var result = (JsonObject)patch.DeepClone();
        result.Remove(Directive);
        return result;
    }

    /// <summary>Leaves the recursion; caught at the entrance and handed out as a value.</summary>
    private sealed class BadPatch(string message) : Exception(message);
}
