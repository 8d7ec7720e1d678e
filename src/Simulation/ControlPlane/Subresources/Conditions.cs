using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Subresources;

/// <summary>status.conditions of an object that is still a tree.</summary>
internal static class Conditions
{
    /// <summary>Sets the condition; its transition time moves only when its status does.</summary>
    public static void Set(JsonObject item, JsonObject condition, DateTimeOffset now)
    {
        var list = Meta.ListAt(item, "status.conditions");
        var type = Meta.Text(condition, "type");
        var at = -1;
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject present && Meta.Text(present, "type") == type)
                at = i;
        var keeps = at >= 0 && Meta.Text(list[at] as JsonObject, "status") == Meta.Text(condition, "status");
        condition["lastTransitionTime"] = keeps ? list[at]!["lastTransitionTime"]?.DeepClone() : Meta.Time(now);
        if (at >= 0)
            list[at] = condition;
        else
            list.Add((JsonNode)condition);
    }

    public static string StatusOf(JsonObject item, string type)
    {
        foreach (var condition in (Meta.At(item, "status.conditions") as JsonArray ?? []).OfType<JsonObject>())
            if (Meta.Text(condition, "type") == type)
                return Meta.Text(condition, "status");
        return "";
    }
}
