using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Tables;

internal static class EventColumns
{
    public static readonly Column[] All =
    [
        new("Last Seen", "string", 0, (item, now) => LastSeen(item, now)),
        TableColumns.Text("Type", "type"),
        TableColumns.Text("Reason", "reason"),
        TableColumns.Made("Object", About),
        TableColumns.Text("Subobject", "involvedObject.fieldPath", 1),
        TableColumns.Made("Source", Source, 1),
        TableColumns.Made("Message", item => Meta.TextAt(item, "message").Trim()),
        new("First Seen", "string", 1, (item, now) => FirstSeen(item, now)),
        new("Count", "string", 1, (item, _) => Count(item)),
        TableColumns.Text("Name", "metadata.name", 1),
    ];

    private static string LastSeen(JsonObject item, DateTimeOffset now)
    {
        if (Meta.At(item, "series.lastObservedTime") is { } observed)
            return HumanTime.Since(observed, now);
        return Meta.At(item, "lastTimestamp") is { } last ? HumanTime.Since(last, now) : FirstSeen(item, now);
    }

    private static string FirstSeen(JsonObject item, DateTimeOffset now) =>
        HumanTime.Since(Meta.At(item, "firstTimestamp") ?? Meta.At(item, "eventTime"), now);

    private static long Count(JsonObject item) =>
        Meta.AsNumber(Meta.At(item, "series.count"))
        ?? (Meta.AsNumber(Meta.At(item, "count")) is > 0 and var count ? count : 1);

    private static string About(JsonObject item) =>
        $"{Meta.TextAt(item, "involvedObject.kind").ToLowerInvariant()}/{Meta.TextAt(item, "involvedObject.name")}";

    private static string Source(JsonObject item)
    {
        var component = TableColumns.Or(Meta.TextAt(item, "source.component"), Meta.TextAt(item, "reportingComponent"));
        var host = TableColumns.Or(Meta.TextAt(item, "source.host"), Meta.TextAt(item, "reportingInstance"));
        return host.Length == 0 ? component : $"{component}, {host}";
    }
}
