using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Reads;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>meta.k8s.io/v1 Table: what <c>kubectl get</c> asks for.</summary>
internal sealed class TableView(ApiKind kind, string includeObject, TimeProvider time) : ObjectView
{
    private readonly IReadOnlyList<Column> _columns = TableColumns.Of(kind);
    private bool _definitionsSent;

    public override ReadOnlyMemory<byte> One(StoredObject item) =>
        JsonBytes.Of(
            Table(
                new JsonObject
                {
                    ["resourceVersion"] = item.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture),
                },
                [item],
                withColumns: true
            )
        );

    public override ReadOnlyMemory<byte> List(ListPage page) =>
        JsonBytes.Of(Table(PlainView.Metadata(page), page.Items, withColumns: true));

    public override ReadOnlyMemory<byte> Event(WatchEventType type, StoredObject item)
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = item.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        // Only the first event of a watch carries the columns; clients remember them.
        var table = Table(metadata, [item], withColumns: !_definitionsSent);
        _definitionsSent = true;
        return Frame.Around(type, JsonBytes.Of(table));
    }

    public override ReadOnlyMemory<byte> Bookmark(long revision, bool initialEventsEnd)
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        var row = new JsonObject
        {
            ["cells"] = new JsonArray([.. _columns.Select(_ => (JsonNode)"")]),
            ["object"] = new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = metadata.DeepClone(),
            },
        };
        if (initialEventsEnd)
            row["object"]!["metadata"]!["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var table = Table(metadata, [], withColumns: !_definitionsSent);
        _definitionsSent = true;
        ((JsonArray)table["rows"]!).Add((JsonNode)row);
        return JsonBytes.Of(new JsonObject { ["type"] = "BOOKMARK", ["object"] = table });
    }

    private JsonObject Table(JsonObject metadata, IReadOnlyList<StoredObject> items, bool withColumns)
    {
        var now = time.GetUtcNow();
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = withColumns
                ? new JsonArray([.. _columns.Select(column => (JsonNode)column.Definition())])
                : null,
            ["rows"] = new JsonArray([.. items.Select(item => (JsonNode)Row(item, now))]),
        };
    }

    private JsonObject Row(StoredObject stored, DateTimeOffset now)
    {
        var item = JsonBytes.Trusted(stored.Json);
        var cells = new JsonArray();
        foreach (var column in _columns)
            cells.Add(column.Cell(item, now));
        var row = new JsonObject { ["cells"] = cells };
        if (kind.FromStorage is { } convert)
            item = convert(item);
        item["apiVersion"] = kind.Type.ApiVersion;
        if (includeObject == "Object")
            row["object"] = item;
        else if (includeObject != "None")
            row["object"] = new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = item["metadata"]?.DeepClone(),
            };
        return row;
    }
}
