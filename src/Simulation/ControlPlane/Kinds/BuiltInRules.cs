using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>Which rules a built-in kind has.</summary>
internal static class BuiltInRules
{
    public static KindRules Of(string group, string kind) => (group, kind) switch
    {
        ("", "Namespace") => new KindRules { PrepareCreate = NamespaceOnCreate },
        ("", "Pod") => new KindRules { PrepareCreate = PodOnCreate },
        ("apiextensions.k8s.io", "CustomResourceDefinition") => DefinitionRules.Rules,
        _ => KindRules.None,
    };

    private static void NamespaceOnCreate(JsonObject item, WriteContext context)
    {
        item["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        item["status"] = new JsonObject { ["phase"] = "Active" };
        var metadata = Meta.Of(item);
        if (metadata["labels"] is not JsonObject labels) metadata["labels"] = labels = [];
        labels["kubernetes.io/metadata.name"] = Meta.Text(metadata, "name");
    }

    private static void PodOnCreate(JsonObject item, WriteContext context) =>
        item["status"] = new JsonObject { ["phase"] = "Pending" };
}
