using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>
/// Keeps the registry in step with the CustomResourceDefinitions: each served version is a kind, all versions share one
/// store, and a definition that is deleted takes its objects along before it goes.
/// </summary>
internal sealed class CustomKinds
{
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";
    private readonly ServerState _state;
    private readonly ApiKind _definitions;
    private readonly SortedDictionary<string, KindStore> _stores = new(StringComparer.Ordinal);

    public CustomKinds(ServerState state)
    {
        _state = state;
        _definitions = state.BuiltIn("apiextensions.k8s.io", "v1", "customresourcedefinitions");
        state.Committed += OnCommitted;
    }

    private void OnCommitted(ApiKind kind, Change change)
    {
        if (kind.IsCustom)
        {
            if (change.Type == WatchEventType.Deleted)
                FinishDeletion($"{kind.Type.Plural}.{kind.Type.Group}");
            return;
        }
        if (!ReferenceEquals(kind.Store, _definitions.Store))
            return;
        var definition = JsonBytes.Trusted(change.After.Json);
        if (change.Type == WatchEventType.Deleted)
            Withdraw(definition, change.After.Name);
        else if (Meta.IsDeleting(definition))
            Empty(change.After.Name);
        else
            Serve(definition, change.After.Name);
    }

    private void Serve(JsonObject definition, string name)
    {
        if (!_stores.TryGetValue(name, out var store))
            _stores[name] = store = _state.NewStore();
        var group = Meta.TextAt(definition, "spec.group");
        _state.Kinds.Remove(group, Meta.TextAt(definition, "spec.names.plural"));
        var versions = (Meta.At(definition, "spec.versions") as JsonArray ?? []).OfType<JsonObject>().ToArray();
        var stored = Array.Find(versions, version => Meta.Flag(version, "storage") == true);
        if (stored is null)
            return;
        var storedKind = KindOf(definition, stored, store);
        foreach (var version in versions)
        {
            if (Meta.Flag(version, "served") != true)
                continue;
            _state.Kinds.Add(
                ReferenceEquals(version, stored)
                    ? storedKind
                    : KindOf(definition, version, store) with
                    {
                        StoredAs = storedKind,
                    }
            );
        }
    }

    private static ApiKind KindOf(JsonObject definition, JsonObject version, KindStore store)
    {
        var names = Meta.ObjectAt(definition, "spec.names")!;
        var kind = Meta.Text(names, "kind");
        var subresources = version["subresources"] as JsonObject;
        var source = Meta.ObjectAt(version, "schema.openAPIV3Schema");
        var schema = CrdSchemas.Root(source);
        var rules = new CustomRules(schema, CustomRules.Compile(source, out _));
        return new ApiKind
        {
            Type = new ResourceType(
                Meta.TextAt(definition, "spec.group"),
                Meta.Text(version, "name"),
                kind,
                Meta.Text(names, "plural"),
                Meta.TextAt(definition, "spec.scope") == "Namespaced"
            ),
            Singular = Meta.Text(names, "singular") is { Length: > 0 } singular ? singular : kind.ToLowerInvariant(),
            ShortNames = [.. Meta.Strings(names["shortNames"])],
            Categories = [.. Meta.Strings(names["categories"])],
            Store = store,
            IsCustom = true,
            HasGeneration = true,
            HasStatus = subresources?["status"] is not null,
            Scale = subresources?["scale"] is JsonObject scale
                ? new ScalePaths(
                    Meta.Text(scale, "specReplicasPath"),
                    Meta.Text(scale, "statusReplicasPath"),
                    Meta.Text(scale, "labelSelectorPath") is { Length: > 0 } selector ? selector : null
                )
                : null,
            Schema = schema,
            Rules = new KindRules { Validate = rules.Validate },
            SelectableFields =
            [
                .. (version["selectableFields"] as JsonArray ?? [])
                    .OfType<JsonObject>()
                    .Select(field => Meta.Text(field, "jsonPath").TrimStart('.')),
            ],
            Columns = [.. (version["additionalPrinterColumns"] as JsonArray ?? []).OfType<JsonObject>().Select(Column)],
        };
    }

    private static PrinterColumn Column(JsonObject column) =>
        new(
            Meta.Text(column, "name"),
            Meta.Text(column, "type"),
            Meta.Text(column, "jsonPath"),
            Meta.Text(column, "description"),
            (int)(Meta.Number(column, "priority") ?? 0),
            Meta.Text(column, "format")
        );

    private void Withdraw(JsonObject definition, string name)
    {
        _state.Kinds.Remove(Meta.TextAt(definition, "spec.group"), Meta.TextAt(definition, "spec.names.plural"));
        _stores.Remove(name);
    }

    /// <summary>
    /// Deletes what is left of the definition's objects; those with finalizers go when their finalizers do.
    /// </summary>
    private void Empty(string name)
    {
        if (_stores.TryGetValue(name, out var store) && KindIn(store) is { } kind)
            foreach (var item in store.Current.After(null).ToArray())
            {
                var tree = JsonBytes.Trusted(item.Json);
                if (!Meta.HasFinalizers(tree))
                    _state.Remove(kind, item, tree);
                else if (!Meta.IsDeleting(tree))
                {
                    Meta.Of(tree)["deletionTimestamp"] = Meta.Time(_state.Now);
                    Meta.Of(tree)["deletionGracePeriodSeconds"] = 0;
                    _state.Put(kind, item, tree);
                }
            }
        FinishDeletion(name);
    }

    private ApiKind? KindIn(KindStore store)
    {
        foreach (var kind in _state.Kinds.All)
            if (kind.IsCustom && ReferenceEquals(kind.Store, store))
                return kind.Stored;
        return null;
    }

    private void FinishDeletion(string name)
    {
        if (_definitions.Store.Find("", name) is not { } stored)
            return;
        if (_stores.TryGetValue(name, out var store) && store.Current.Count > 0)
            return;
        var definition = JsonBytes.Trusted(stored.Json);
        if (!Meta.IsDeleting(definition))
            return;
        var left = Meta.Strings(Meta.Of(definition)["finalizers"])
            .Where(finalizer => finalizer != CleanupFinalizer)
            .ToArray();
        Meta.Of(definition)["finalizers"] = new JsonArray([.. left.Select(finalizer => (JsonNode)finalizer)]);
        if (left.Length == 0)
            _state.Remove(_definitions, stored, definition);
    }
}
