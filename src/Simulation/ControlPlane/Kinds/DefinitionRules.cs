using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>CustomResourceDefinitions: defaults, names, the conditions that say the kind is served.</summary>
internal static class DefinitionRules
{
    public static readonly KindRules Rules = new()
    {
        Default = Default,
        PrepareCreate = Establish,
        PrepareUpdate = Reestablish,
        Validate = Validate,
    };

    private static void Default(JsonObject item)
    {
        if (Meta.ObjectAt(item, "spec.names") is not { } names)
            return;
        if (Meta.Text(names, "singular").Length == 0)
            names["singular"] = Meta.Text(names, "kind").ToLowerInvariant();
        if (Meta.Text(names, "listKind").Length == 0)
            names["listKind"] = Meta.Text(names, "kind") + "List";
        if (Meta.At(item, "spec.conversion") is null)
            Meta.SetAt(item, "spec.conversion", new JsonObject { ["strategy"] = "None" });
    }

    private static void Establish(JsonObject item, WriteContext context)
    {
        var metadata = Meta.Of(item);
        var finalizers = Meta.ListAt(metadata, "finalizers");
        if (!Meta.Strings(finalizers).Contains(CustomKinds.CleanupFinalizer))
            finalizers.Add((JsonNode)CustomKinds.CleanupFinalizer);
        JsonObject Condition(string type, string reason, string message) =>
            new()
            {
                ["type"] = type,
                ["status"] = "True",
                ["lastTransitionTime"] = Meta.Time(context.Now),
                ["reason"] = reason,
                ["message"] = message,
            };
        item["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")
            ),
            ["acceptedNames"] = Meta.At(item, "spec.names")?.DeepClone(),
            ["storedVersions"] = StoredVersions(item),
        };
    }

    private static void Reestablish(JsonObject old, JsonObject item)
    {
        if (item["status"] is not JsonObject status)
            return;
        status["acceptedNames"] = Meta.At(item, "spec.names")?.DeepClone();
        var versions = Meta.Strings(status["storedVersions"]).Union(Meta.Strings(StoredVersions(item))).ToArray();
        status["storedVersions"] = new JsonArray([.. versions.Select(version => (JsonNode)version)]);
    }

    private static JsonArray StoredVersions(JsonObject item) =>
        new([
            .. Versions(item)
                .Where(version => Meta.Flag(version, "storage") == true)
                .Select(version => (JsonNode)Meta.Text(version, "name")),
        ]);

    private static IEnumerable<JsonObject> Versions(JsonObject item) =>
        (Meta.At(item, "spec.versions") as JsonArray ?? []).OfType<JsonObject>();

    private static void Validate(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        var group = Meta.TextAt(item, "spec.group");
        var plural = Meta.TextAt(item, "spec.names.plural");
        foreach (var path in new[] { "spec.group", "spec.scope", "spec.names.plural", "spec.names.kind" })
            if (Meta.TextAt(item, path).Length == 0)
                faults.Add(FieldFault.Required(path));
        if (Meta.TextAt(item, "spec.scope") is { Length: > 0 } scope && scope is not ("Cluster" or "Namespaced"))
            faults.Add(FieldFault.NotSupported("spec.scope", scope, ["Cluster", "Namespaced"]));
        var name = Meta.TextAt(item, "metadata.name");
        if (name != $"{plural}.{group}")
            faults.Add(FieldFault.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        if (Versions(item).Count(version => Meta.Flag(version, "storage") == true) != 1)
            faults.Add(
                FieldFault.Invalid(
                    "spec.versions",
                    Meta.At(item, "spec.versions"),
                    "must have exactly one version marked as storage version"
                )
            );
        var at = 0;
        foreach (var version in Versions(item))
        {
            if (Meta.At(version, "schema.openAPIV3Schema") is not JsonObject)
                faults.Add(FieldFault.Required($"spec.versions[{at}].schema.openAPIV3Schema", "schemas are required"));
            CustomRules.Compile(Meta.ObjectAt(version, "schema.openAPIV3Schema"), out var errors);
            foreach (var error in errors)
                faults.Add(
                    FieldFault.Invalid(
                        $"spec.versions[{at}].schema.openAPIV3Schema{error.Path}",
                        error.Value,
                        error.Message
                    )
                );
            at++;
        }
        if (old is null)
            return;
        foreach (var path in new[] { "spec.group", "spec.scope", "spec.names.plural", "spec.names.kind" })
            if (Meta.TextAt(old, path) != Meta.TextAt(item, path))
                faults.Add(FieldFault.Invalid(path, Meta.TextAt(item, path), "field is immutable"));
    }
}
