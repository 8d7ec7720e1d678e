using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Ownership;

/// <summary>Who writes, and how: one entry of managedFields.</summary>
internal sealed record Manager(string Name, string Operation, string ApiVersion, string Subresource);

/// <summary>metadata.managedFields as sets.</summary>
internal sealed class Managers
{
    public const string Apply = "Apply";
    public const string Update = "Update";
    private readonly List<(Manager Manager, FieldSet Fields, string Time)> _entries = [];

    public int Count => _entries.Count;

    public static Managers Read(JsonNode? managedFields)
    {
        var managers = new Managers();
        foreach (var entry in (managedFields as JsonArray ?? []).OfType<JsonObject>())
            if (entry["fieldsV1"] is JsonObject fields)
                managers._entries.Add(
                    (
                        new Manager(
                            Meta.Text(entry, "manager"),
                            Meta.Text(entry, "operation"),
                            Meta.Text(entry, "apiVersion"),
                            Meta.Text(entry, "subresource")
                        ),
                        FieldSet.Parse(fields),
                        Meta.Text(entry, "time")
                    )
                );
        return managers;
    }

    public FieldSet Of(Manager manager) => _entries.Find(entry => entry.Manager == manager).Fields ?? new FieldSet();

    public string TimeOf(Manager manager) => _entries.Find(entry => entry.Manager == manager).Time;

    public IEnumerable<(Manager Manager, FieldSet Fields)> Except(Manager manager) =>
        _entries.Where(entry => entry.Manager != manager).Select(entry => (entry.Manager, entry.Fields));

    /// <summary>Replaces the manager's set; its time moves when the set does.</summary>
    public void Set(Manager manager, FieldSet fields, string now)
    {
        var at = _entries.FindIndex(entry => entry.Manager == manager);
        if (fields.IsEmpty)
        {
            if (at >= 0)
                _entries.RemoveAt(at);
            return;
        }
        if (at < 0)
            _entries.Add((manager, fields, now));
        else if (!_entries[at].Fields.SameAs(fields))
            _entries[at] = (manager, fields, now);
    }

    /// <summary>Takes paths away from everyone but the given manager.</summary>
    public void Disown(FieldSet fields, Manager? except, bool below)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Manager == except)
                continue;
            _entries[i].Fields.Subtract(fields, below);
            if (_entries[i].Fields.IsEmpty)
                _entries.RemoveAt(i);
        }
    }

    public JsonArray ToJson()
    {
        // Appliers first, then updaters by the time of their last change: the order the real server keeps.
        var ordered = _entries
            .OrderBy(entry => entry.Manager.Operation == Apply ? 0 : 1)
            .ThenBy(entry => entry.Time, StringComparer.Ordinal)
            .ThenBy(entry => entry.Manager.Name, StringComparer.Ordinal);
        return new JsonArray([.. ordered.Select(entry => (JsonNode)Entry(entry.Manager, entry.Fields, entry.Time))]);
    }

    private static JsonObject Entry(Manager manager, FieldSet fields, string time)
    {
        var entry = new JsonObject
        {
            ["manager"] = manager.Name,
            ["operation"] = manager.Operation,
            ["apiVersion"] = manager.ApiVersion,
            ["time"] = time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = fields.ToJson(),
        };
        if (manager.Subresource.Length > 0)
            entry["subresource"] = manager.Subresource;
        return entry;
    }
}
