using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Ownership;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>
/// PATCH with <c>application/apply-patch+yaml</c>: create when absent, else merge and mind the owners.
/// </summary>
internal static class Applying
{
    public static (int Status, StoredObject Item) Apply(
        Writer writer,
        WriteRequest write,
        JsonObject applied,
        DateTimeOffset now
    )
    {
        if (write.FieldManager is null)
            throw ApiError.Invalid(
                "meta.k8s.io",
                "PatchOptions",
                "",
                [FieldFault.Required("fieldManager", "is required for apply patch")]
            );
        if (Meta.Of(applied)["managedFields"] is JsonArray { Count: > 0 })
            throw ApiError.BadRequest("metadata.managedFields must be nil");
        // A null in an applied configuration is the absence of an opinion.
        DropNulls(applied);
        var time = Meta.Time(now);
        if (write.Kind.Store.Find(write.Namespace, write.Name) is not null)
            return (
                200,
                writer.Patch(write with { IsApply = true }, live => FieldOwnership.Apply(write, live, applied, time))
            );
        if (write.Subresource is not null)
            throw ApiError.NotFound(write.Kind.Name, write.Name);
        Meta.Of(applied)["name"] = write.Name;
        return (201, writer.Create(write with { IsApply = true }, FieldOwnership.Apply(write, null, applied, time)));
    }

    private static void DropNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject item:
                foreach (var name in item.Where(pair => pair.Value is null).Select(pair => pair.Key).ToArray())
                    item.Remove(name);
                foreach (var (_, inner) in item)
                    DropNulls(inner);
                break;
            case JsonArray list:
                foreach (var inner in list)
                    DropNulls(inner);
                break;
        }
    }
}
