using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>Server-side apply.</summary>
internal static class Applying
{
    public static (int Status, StoredObject Item) Apply(Writer writer, WriteRequest write, JsonObject applied) =>
        write.Kind.Store.Find(write.Namespace, write.Name) is null
            ? (201, writer.Create(write, applied))
            : (200, writer.Patch(write, item => (JsonObject)Api.Patches.MergePatch.Apply(item, applied)!));
}
