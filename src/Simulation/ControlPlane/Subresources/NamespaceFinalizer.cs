using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane.Subresources;

/// <summary>
/// namespaces/finalize: the namespace controller takes its finalizer off spec, and an emptied namespace goes.
/// </summary>
internal static class NamespaceFinalizer
{
    public static StoredObject Finalize(ServerState state, WriteRequest request, JsonObject body)
    {
        var before = Writer.Existing(request);
        var item = JsonBytes.Trusted(before.Json);
        var version = Meta.TextAt(body, "metadata.resourceVersion");
        if (version.Length > 0 && version != Meta.TextAt(item, "metadata.resourceVersion"))
            throw ApiError.Stale(request.Kind.Name, request.Name);
        var finalizers = Meta.At(body, "spec.finalizers") as JsonArray ?? [];
        if (finalizers.Count == 0)
            item["spec"] = new JsonObject();
        else
            Meta.SetAt(item, "spec.finalizers", finalizers.DeepClone());
        if (request.DryRun)
            return before;
        return finalizers.Count == 0 && Meta.IsDeleting(item) && !Meta.HasFinalizers(item)
            ? state.Remove(request.Kind, before, item)
            : state.Put(request.Kind, before, item);
    }
}
