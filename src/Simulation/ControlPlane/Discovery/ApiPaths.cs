using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Discovery;

/// <summary>
/// The paths part of an OpenAPI document, as far as clients look: which kind stands behind a path, and that writes may
/// be dry runs and may be checked for unknown fields.
/// </summary>
internal static class ApiPaths
{
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];

    public static JsonObject Of(IEnumerable<ApiKind> kinds, SchemaWriter writer)
    {
        var paths = new JsonObject();
        foreach (var kind in kinds)
        {
            var schema = writer.Root(kind);
            var prefix =
                kind.Type.Group.Length == 0
                    ? $"/api/{kind.Type.Version}"
                    : $"/apis/{kind.Type.Group}/{kind.Type.Version}";
            var collection = kind.Type.Namespaced
                ? $"{prefix}/namespaces/{{namespace}}/{kind.Type.Plural}"
                : $"{prefix}/{kind.Type.Plural}";
            if (kind.Type.Namespaced && kind.Verbs.Contains("list"))
                paths[$"{prefix}/{kind.Type.Plural}"] = new JsonObject
                {
                    ["get"] = Operation(kind, "list", schema, []),
                };
            paths[collection] = Collection(kind, schema);
            if (!kind.Verbs.Contains("get"))
                continue;
            paths[$"{collection}/{{name}}"] = Item(kind, schema);
            if (kind.HasStatus)
                paths[$"{collection}/{{name}}/status"] = Item(kind, schema);
        }
        return paths;
    }

    private static JsonObject Collection(ApiKind kind, string schema)
    {
        var operations = new JsonObject { ["post"] = Operation(kind, "post", schema, WriteParameters) };
        if (kind.Verbs.Contains("list"))
            operations["get"] = Operation(kind, "list", schema, []);
        if (kind.Verbs.Contains("deletecollection"))
            operations["delete"] = Operation(kind, "deletecollection", schema, []);
        return operations;
    }

    private static JsonObject Item(ApiKind kind, string schema) =>
        new()
        {
            ["get"] = Operation(kind, "get", schema, []),
            ["put"] = Operation(kind, "put", schema, WriteParameters),
            ["patch"] = Operation(kind, "patch", schema, [.. WriteParameters, "force"]),
            ["delete"] = Operation(kind, "delete", schema, ["dryRun"]),
        };

    private static JsonObject Operation(ApiKind kind, string action, string schema, string[] parameters)
    {
        var operation = new JsonObject
        {
            ["operationId"] = $"{action}{kind.Type.Kind}",
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                    ["content"] = new JsonObject
                    {
                        ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = schema } },
                    },
                },
            },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = SchemaWriter.Gvk(kind),
        };
        if (parameters.Length > 0)
            operation["parameters"] = new JsonArray([
                .. parameters.Select(name =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = name,
                            ["in"] = "query",
                            ["schema"] = new JsonObject
                            {
                                ["type"] = name == "force" ? "boolean" : "string",
                                ["uniqueItems"] = true,
                            },
                        }
                ),
            ]);
        return operation;
    }
}
