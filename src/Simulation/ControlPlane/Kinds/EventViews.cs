using System.Text.Json.Nodes;
using Tenon.Api;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>
/// Core events seen as <c>events.k8s.io/v1</c>: the same objects under other field names (source: the conversion
/// functions of k8s.io/kubernetes pkg/apis/events/v1).
/// </summary>
internal static class EventViews
{
    private static readonly (string Core, string View)[] Renames =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("reportingComponent", "reportingController"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
    ];

    public static ApiKind Of(ApiKind core) =>
        core with
        {
            Type = new ResourceType("events.k8s.io", "v1", "Event", "events", Namespaced: true),
            StoredAs = core,
            FromStorage = From,
            ToStorage = To,
            SelectableFields =
            [
                .. core.SelectableFields.Select(path =>
                    path.Replace("involvedObject", "regarding", StringComparison.Ordinal)
                        .Replace("reportingComponent", "reportingController", StringComparison.Ordinal)
                ),
            ],
        };

    private static JsonObject From(JsonObject stored)
    {
        var view = new JsonObject { ["kind"] = "Event", ["apiVersion"] = "events.k8s.io/v1" };
        Move(stored, view, reverse: false);
        return view;
    }

    private static JsonObject To(JsonObject view)
    {
        var stored = new JsonObject { ["kind"] = "Event", ["apiVersion"] = "v1" };
        Move(view, stored, reverse: true);
        return stored;
    }

    private static void Move(JsonObject from, JsonObject to, bool reverse)
    {
        foreach (var (name, value) in from)
        {
            if (name is "kind" or "apiVersion")
                continue;
            var match = Array.Find(Renames, pair => (reverse ? pair.View : pair.Core) == name);
            to[
                match.Core is null ? name
                : reverse ? match.Core
                : match.View
            ] = value?.DeepClone();
        }
    }
}
