using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>What every object must satisfy, whatever its kind.</summary>
internal sealed class ObjectChecks(ServerState state)
{
    /// <summary>The body, the path and the kind agree about who this is.</summary>
    public static void Identity(WriteRequest request, JsonObject metadata, bool creating)
    {
        if (request.Kind.Type.Namespaced)
        {
            var ns = Meta.Text(metadata, "namespace");
            if (ns.Length == 0)
                metadata["namespace"] = request.Namespace;
            else if (ns != request.Namespace)
                throw ApiError.BadRequest(
                    $"the namespace of the provided object does not match the namespace sent on the request"
                );
        }
        else
            metadata.Remove("namespace");
        var name = Meta.Text(metadata, "name");
        if (creating)
        {
            if (name.Length == 0 && Meta.Text(metadata, "generateName").Length == 0)
                throw ApiError.Invalid(
                    request.Kind.Type.Group,
                    request.Kind.Type.Kind,
                    "",
                    [FieldFault.Required("metadata.name", "name or generateName is required")]
                );
        }
        else if (name.Length == 0)
            metadata["name"] = request.Name;
        else if (name != request.Name)
            throw ApiError.BadRequest(
                $"the name of the object ({name}) does not match the name on the URL ({request.Name})"
            );
    }

    public void NamespaceTakesNew(ApiKind kind, string ns, string name)
    {
        if (!kind.Type.Namespaced)
            return;
        var found = state.Namespaces.Store.Find("", ns) ?? throw ApiError.NotFound(state.Namespaces.Name, ns);
        if (found.Fields[0] != "Terminating")
            return;
        throw ApiError
            .Forbidden(
                kind.Name,
                name,
                $"unable to create new content in namespace {ns} because it is being terminated"
            )
            .Because("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace");
    }

    /// <summary>Optimistic locking: a caller that names a version means that one.</summary>
    public static void Precondition(ApiKind kind, StoredObject before, JsonObject metadata, bool fromPatch)
    {
        var uid = Meta.Text(metadata, "uid");
        if (uid.Length > 0 && uid != before.Uid)
            throw ApiError.Conflict(
                kind.Name,
                before.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.Uid}"
            );
        var version = Meta.Text(metadata, "resourceVersion");
        if (version.Length == 0 && kind.IsCustom && !fromPatch)
            throw ApiError.Invalid(
                kind.Type.Group,
                kind.Type.Kind,
                before.Name,
                [
                    new FieldFault(
                        "FieldValueInvalid",
                        "metadata.resourceVersion",
                        "Invalid value: 0x0: must be specified for an update"
                    ),
                ]
            );
        if (
            version.Length > 0
            && version != before.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture)
        )
            throw ApiError.Stale(kind.Name, before.Name);
    }

    /// <param name="isStatus">Only the status of a built-in object was written: the rest has been judged
    /// before.</param>
    public static void Object(ApiKind kind, JsonObject? old, JsonObject item, bool isStatus)
    {
        var faults = new List<FieldFault>();
        MetadataRules.Check(kind, old, item, faults);
        if (!isStatus)
            kind.Rules.Validate?.Invoke(old, item, faults);
        if (faults.Count > 0)
            throw ApiError.Invalid(kind.Type.Group, kind.Type.Kind, Meta.Text(Meta.Of(item), "name"), faults);
    }
}
