using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>The columns of each kind, as the real server's printers name and order them.</summary>
internal static class TableColumns
{
    public static IReadOnlyList<Column> Of(ApiKind kind)
    {
        if (kind.IsCustom)
            return Custom(kind);
        return kind.Type.Kind switch
        {
            "Pod" => PodColumns.All,
            "Node" => NodeColumns.All,
            "Event" => EventColumns.All,
            _ => WorkloadColumns.Of(kind.Type.Kind) ?? ConfigColumns.Of(kind.Type.Kind) ?? [Name, Age],
        };
    }

    public static Column Name { get; } =
        new("Name", "string", 0, (item, _) => Meta.TextAt(item, "metadata.name"))
        {
            Format = "name",
            Description = "Name of the object, unique among its kind in its namespace.",
        };

    public static Column Age { get; } =
        new("Age", "string", 0, (item, now) => HumanTime.Since(Meta.At(item, "metadata.creationTimestamp"), now))
        {
            Description = "Time since the object was created.",
        };

    public static Column Text(string name, string path, int priority = 0) =>
        new(name, "string", priority, (item, _) => Meta.TextAt(item, path));

    public static Column Whole(string name, string path, int priority = 0) =>
        new(name, "integer", priority, (item, _) => Meta.AsNumber(Meta.At(item, path)) ?? 0);

    public static Column Made(string name, Func<JsonObject, string> cell, int priority = 0) =>
        new(name, "string", priority, (item, _) => cell(item));

    /// <summary>A text, or what stands for its absence.</summary>
    public static string Or(string text, string absent) => text.Length > 0 ? text : absent;

    public static Column Containers(string template) =>
        Made("Containers", item => ContainerField(item, template, "name"), 1);

    public static Column Images(string template) => Made("Images", item => ContainerField(item, template, "image"), 1);

    public static Column Selector(string path) => Made("Selector", item => SelectorText(Meta.At(item, path)), 1);

    public static string SelectorText(JsonNode? selector)
    {
        if (selector is not JsonObject pairs || pairs.Count == 0)
            return "<none>";
        var labels = pairs["matchLabels"] as JsonObject ?? (pairs.ContainsKey("matchExpressions") ? [] : pairs);
        var parts = labels.Select(pair => $"{pair.Key}={Meta.Show(pair.Value)}").Order(StringComparer.Ordinal).ToList();
        foreach (var expression in (pairs["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var values = $"({string.Join(",", Meta.Strings(expression["values"]).Order(StringComparer.Ordinal))})";
            var key = Meta.Text(expression, "key");
            parts.Add(
                Meta.Text(expression, "operator") switch
                {
                    "In" => $"{key} in {values}",
                    "NotIn" => $"{key} notin {values}",
                    "Exists" => key,
                    _ => $"!{key}",
                }
            );
        }
        return Or(string.Join(",", parts), "<none>");
    }

    private static string ContainerField(JsonObject item, string template, string field) =>
        string.Join(
            ",",
            (Meta.At(item, $"{template}.containers") as JsonArray ?? [])
                .OfType<JsonObject>()
                .Select(container => Meta.Text(container, field))
        );

    private static List<Column> Custom(ApiKind kind)
    {
        var columns = new List<Column> { Name };
        foreach (var column in kind.Columns)
            columns.Add(
                new Column(
                    column.Name,
                    column.Type is "date" ? "date" : column.Type,
                    column.Priority,
                    (item, now) => CustomCell(column, item, now)
                )
                {
                    Format = column.Format,
                    Description = column.Description,
                }
            );
        if (kind.Columns.Count == 0)
            columns.Add(Age);
        return columns;
    }

    private static JsonNode? CustomCell(PrinterColumn column, JsonObject item, DateTimeOffset now)
    {
        var found = JsonPaths.Find(item, column.Path);
        if (found.Count == 0)
            return null;
        return column.Type switch
        {
            "date" => HumanTime.Since(found[0], now),
            "integer" => Meta.AsNumber(found[0]) is { } whole ? JsonValue.Create(whole) : null,
            "number" => double.TryParse(Meta.Show(found[0]), CultureInfo.InvariantCulture, out var real)
                ? JsonValue.Create(real)
                : null,
            "boolean" => found[0] is JsonValue flag && flag.TryGetValue(out bool set) ? JsonValue.Create(set) : null,
            _ => string.Join(",", found.Select(Meta.Show)),
        };
    }
}
