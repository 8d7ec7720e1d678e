using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane.Ownership;

/// <summary>
/// Keeps managedFields true and carries out server-side apply. A ledger begins with an apply or with a write over HTTP;
/// the box's own controllers are recorded only where there is one, and do not pay for ledgers that nobody reads.
/// </summary>
internal static class FieldOwnership
{
    private static readonly string[] SystemMetadata =
    [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "managedFields",
        "generateName",
    ];

    /// <summary>Records an update: what changed is the writer's now, what went is nobody's.</summary>
    public static void Record(WriteRequest request, JsonObject? old, JsonObject item, string defaultManager, string now)
    {
        var metadata = Meta.Of(item);
        var given = metadata["managedFields"] as JsonArray;
        var kept = given ?? (old is null ? null : Meta.Of(old)["managedFields"] as JsonArray);
        if (given is { Count: 0 } or [JsonObject { Count: 0 }])
            kept = null;
        metadata.Remove("managedFields");
        if (kept is null && !(request.StartsLedger && request.FieldManager is not null))
            return;
        var managers = Managers.Read(kept);
        var schema = request.Kind.Stored.Schema;
        var (changed, removed) = (new FieldSet(), new FieldSet());
        TypedTree.Compare(schema, old is null ? null : Owned(old), Owned(item), changed, removed);
        changed.IsMember = removed.IsMember = false;
        var manager = ManagerOf(request, request.FieldManager ?? defaultManager, Managers.Update);
        managers.Disown(removed, except: null, below: true);
        managers.Disown(changed, except: manager, below: false);
        var mine = managers.Of(manager).Copy();
        mine.Add(changed);
        managers.Set(manager, mine, now);
        if (managers.Count > 0)
            metadata["managedFields"] = managers.ToJson();
    }

    /// <summary>
    /// The object after an apply, managedFields included; refuses with 409 when it would take others' fields.
    /// </summary>
    public static JsonObject Apply(WriteRequest request, JsonObject? live, JsonObject applied, string now)
    {
        var schema = request.Kind.Stored.Schema;
        var manager = ManagerOf(request, request.FieldManager!, Managers.Apply);
        var managers = Managers.Read(live is null ? null : Meta.Of(live)["managedFields"]);
        var wanted = new FieldSet();
        TypedTree.Paths(schema, Owned(applied), wanted);
        wanted.IsMember = false;
        var merged = live is null
            ? (JsonObject)applied.DeepClone()
            : (JsonObject)TypedTree.Merge(schema, live, applied)!;
        var others = new FieldSet();
        foreach (var (_, fields) in managers.Except(manager))
            others.Add(fields);
        var dropped = managers.Of(manager).Copy();
        dropped.Subtract(wanted);
        var stays = wanted.Copy();
        stays.Add(others);
        TypedTree.Remove(schema, merged, dropped, stays);
        Reconcile(request, schema, live, merged, managers, manager);
        managers.Set(manager, wanted, now);
        Meta.Of(merged)["managedFields"] = managers.ToJson();
        return merged;
    }

    /// <summary>Fields of others that the apply would change: a conflict, or with force theirs no more.</summary>
    private static void Reconcile(
        WriteRequest request,
        Schema? schema,
        JsonObject? live,
        JsonObject merged,
        Managers managers,
        Manager manager
    )
    {
        if (live is null)
            return;
        var (changed, removed) = (new FieldSet(), new FieldSet());
        TypedTree.Compare(schema, Owned(live), Owned(merged), changed, removed);
        changed.IsMember = removed.IsMember = false;
        var conflicts = managers
            .Except(manager)
            .Select(other => (other.Manager, Fields: other.Fields.Intersect(changed)))
            .Where(conflict => !conflict.Fields.IsEmpty)
            .ToArray();
        if (conflicts.Length > 0 && !request.Force)
            throw Conflict(request, managers, conflicts);
        managers.Disown(changed, except: manager, below: false);
        managers.Disown(removed, except: null, below: true);
    }

    private static ApiError Conflict(
        WriteRequest request,
        Managers managers,
        (Manager Manager, FieldSet Fields)[] conflicts
    )
    {
        var all = conflicts
            .SelectMany(conflict =>
                conflict.Fields.Paths().Select(path => (Who: Show(conflict.Manager, managers), Path: path))
            )
            .ToArray();
        var message =
            all.Length == 1
                ? $"Apply failed with 1 conflict: conflict with {all[0].Who}: {all[0].Path}"
                : $"Apply failed with {all.Length} conflicts: "
                    + string.Join(
                        "\n",
                        all.GroupBy(one => one.Who)
                            .Select(group =>
                                $"conflicts with {group.Key}:\n{string.Join("\n", group.Select(one => $"- {one.Path}"))}"
                            )
                    );
        var error = new ApiError(409, "Conflict", message, request.Kind.Name, request.Name);
        foreach (var (who, path) in all)
            error.Because("FieldManagerConflict", $"conflict with {who}", path);
        return error;
    }

    private static string Show(Manager manager, Managers managers)
    {
        var text = $"\"{manager.Name}\"";
        if (manager.Subresource.Length > 0)
            text += $" with subresource \"{manager.Subresource}\"";
        if (manager.Operation != Managers.Update)
            return text;
        return managers.TimeOf(manager) is { Length: > 0 } time
            ? $"{text} using {manager.ApiVersion} at {time}"
            : $"{text} using {manager.ApiVersion}";
    }

    private static Manager ManagerOf(WriteRequest request, string name, string operation) =>
        new(name, operation, request.Kind.Type.ApiVersion, request.Subresource ?? "");

    /// <summary>The object without what no writer owns.</summary>
    private static JsonObject Owned(JsonObject item)
    {
        var owned = new JsonObject();
        foreach (var (key, value) in item)
        {
            if (key is "apiVersion" or "kind")
                continue;
            if (key == "metadata" && value is JsonObject metadata)
            {
                var kept = new JsonObject();
                foreach (var (field, inner) in metadata)
                    if (Array.IndexOf(SystemMetadata, field) < 0)
                        kept[field] = inner?.DeepClone();
                if (kept.Count > 0)
                    owned["metadata"] = kept;
            }
            else
                owned[key] = value?.DeepClone();
        }
        return owned;
    }
}
