using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Admission;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Ownership;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>What one write brings along besides the object.</summary>
/// <param name="Kind">The version that was asked for; objects inside the writer are always in the stored
/// version.</param>
/// <param name="Subresource">Null for the object itself, else <c>status</c> or <c>scale</c>.</param>
internal sealed record WriteRequest(ApiKind Kind, string Namespace, string Name, string? Subresource)
{
    public bool DryRun { get; init; }
    public FieldValidation Validation { get; init; } = FieldValidation.Warn;
    public string? FieldManager { get; init; }

    /// <summary>Record owners even where none are recorded yet.</summary>
    public bool StartsLedger { get; init; }

    public bool Force { get; init; }

    /// <summary>The ledger of owners has been written already, by the apply.</summary>
    public bool IsApply { get; init; }

    public List<string> Warnings { get; } = [];
}

internal enum FieldValidation
{
    Ignore,
    Warn,
    Strict,
}

/// <summary>
/// The one road by which anything changes: defaulting, admission, validation, generation, finalizers, commit.
/// Objects handed in belong to the writer from then on.
/// </summary>
internal sealed class Writer(ServerState state)
{
    public DateTimeOffset Now => state.Now;

    private readonly ObjectChecks _checks = new(state);
    private readonly AdmissionChain _admission = new(state.Options.Admission);

    /// <summary>Creates the object and returns it as stored; for a dry run, as it would have been stored.</summary>
    public StoredObject Create(WriteRequest request, JsonObject item)
    {
        var kind = request.Kind.Stored;
        var metadata = Meta.Of(item);
        ObjectChecks.Identity(request, metadata, creating: true);
        if (Meta.Text(metadata, "resourceVersion").Length > 0)
            throw new ApiError(500, "InternalError", "resourceVersion should not be set on objects to be created");
        _checks.NamespaceTakesNew(kind, Meta.Text(metadata, "namespace"), Meta.Text(metadata, "name"));
        Shapes.Shape(request, kind, item);
        Stamp(kind, item, metadata);
        kind.Rules.PrepareCreate?.Invoke(item, new WriteContext(state.Now, Meta.Text(metadata, "uid"), state));
        item = _admission.Mutate(request, "CREATE", item, null);
        if (!request.IsApply)
            FieldOwnership.Record(request, null, item, state.Options.DefaultFieldManager, Meta.Time(state.Now));
        ObjectChecks.Object(kind, null, item, isStatus: false);
        _admission.Validate(request, "CREATE", item, null);
        var name = Meta.Text(metadata, "name");
        if (kind.Store.Find(Meta.Text(metadata, "namespace"), name) is not null)
            throw ApiError.AlreadyExists(kind.Name, name);
        return request.DryRun ? Unstored(kind, item) : state.Put(kind, null, item);
    }

    /// <summary>Replaces the object, or one of its subresources, by what the caller sent.</summary>
    public StoredObject Update(WriteRequest request, JsonObject item)
    {
        var kind = request.Kind.Stored;
        var before = Existing(request);
        ObjectChecks.Identity(request, Meta.Of(item), creating: false);
        return Replace(request, kind, before, JsonBytes.Trusted(before.Json), item, fromPatch: false);
    }

    /// <summary>Changes the object by a function from its tree to another one.</summary>
    public StoredObject Patch(WriteRequest request, Func<JsonObject, JsonObject> change)
    {
        var kind = request.Kind.Stored;
        var before = Existing(request);
        var old = JsonBytes.Trusted(before.Json);
        var item = change(request.Kind.FromStorage?.Invoke(old) ?? JsonBytes.Trusted(before.Json));
        if (request.Kind.ToStorage is { } back)
            item = back(item);
        return Replace(request, kind, before, old, item, fromPatch: true);
    }

    public static StoredObject Existing(WriteRequest request) =>
        request.Kind.Store.Find(request.Namespace, request.Name)
        ?? throw ApiError.NotFound(request.Kind.Name, request.Name);

    /// <summary>
    /// The common end of update and patch. A result equal to what is stored is answered without a new revision, as the
    /// real server does, so that controllers which write the same thing again wake nobody.
    /// </summary>
    public StoredObject Replace(
        WriteRequest request,
        ApiKind kind,
        StoredObject before,
        JsonObject old,
        JsonObject item,
        bool fromPatch
    )
    {
        ObjectChecks.Precondition(kind, before, Meta.Of(item), fromPatch);
        item = Inheritance.Merge(kind, request.Subresource, old, item);
        Shapes.Shape(request, kind, item);
        if (request.Subresource is null)
            kind.Rules.PrepareUpdate?.Invoke(old, item);
        if (kind.HasGeneration && request.Subresource != "status")
            Inheritance.BumpGeneration(old, item);
        item = _admission.Mutate(request, "UPDATE", item, old);
        if (!request.IsApply)
            FieldOwnership.Record(request, old, item, state.Options.DefaultFieldManager, Meta.Time(state.Now));
        ObjectChecks.Object(kind, old, item, isStatus: request.Subresource == "status" && !kind.IsCustom);
        _admission.Validate(request, "UPDATE", item, old);
        Meta.Of(item)["resourceVersion"] = Meta.Of(old)["resourceVersion"]?.DeepClone();
        if (Inheritance.IsSame(request.Subresource, old, item))
            return before;
        if (request.DryRun)
            return Unstored(kind, item);
        return IsFinished(item) ? state.Remove(kind, before, item) : state.Put(kind, before, item);
    }

    /// <summary>
    /// An object on its way out whose last finalizer has gone, and whose grace has run out, ends with this write.
    /// </summary>
    private static bool IsFinished(JsonObject item) =>
        Meta.IsDeleting(item)
        && !Meta.HasFinalizers(item)
        && (Meta.Number(item["metadata"] as JsonObject, "deletionGracePeriodSeconds") ?? 0) == 0;

    private void Stamp(ApiKind kind, JsonObject item, JsonObject metadata)
    {
        if (Meta.Text(metadata, "name").Length == 0)
            metadata["name"] = state.Identity.NewName(Meta.Text(metadata, "generateName"));
        metadata["uid"] = state.Identity.NewUid();
        metadata["creationTimestamp"] = Meta.Time(state.Now);
        metadata.Remove("deletionTimestamp");
        metadata.Remove("deletionGracePeriodSeconds");
        metadata.Remove("selfLink");
        metadata.Remove("generation");
        if (kind.HasGeneration)
            metadata["generation"] = 1;
        if (kind is not { HasStatus: true, KeepsStatusOnCreate: false })
            return;
        item.Remove("status");
        // A definition may give the status itself a default, which the real server fills in whenever it reads the
        // object.
        if (kind is { IsCustom: true, Schema: { } schema })
            Defaulting.Apply(schema, item);
    }

    private static StoredObject Unstored(ApiKind kind, JsonObject item) =>
        StoredObject.From(WatchEventType.Modified, JsonBytes.Of(item), new Indexing().Of(kind, item, 0));
}
