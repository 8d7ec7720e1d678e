using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Schemas;

namespace Tenon.Simulation.ControlPlane.Discovery;

/// <summary>Schemas as OpenAPI text, with every named type written once and referred to by name.</summary>
internal sealed class SchemaWriter(string prefix, bool isV3)
{
    private readonly SortedDictionary<string, JsonObject> _written = new(StringComparer.Ordinal);

    public static JsonObject Gvk(ApiKind kind) =>
        new()
        {
            ["group"] = kind.Type.Group,
            ["kind"] = kind.Type.Kind,
            ["version"] = kind.Type.Version,
        };

    /// <summary>Writes the kind's whole object and returns the reference to it.</summary>
    public string Root(ApiKind kind)
    {
        var name =
            kind.Schema?.TypeName is { } named && !kind.IsCustom && kind.StoredAs is null
                ? Name(named)
                : $"{string.Join('.', kind.Type.Group.Split('.').Reverse())}.{kind.Type.Version}.{kind.Type.Kind}";
        if (_written.ContainsKey(name))
            return prefix + name;
        var shape = kind.Schema ?? BuiltInSchemas.Rooted(Schema.Anything, []);
        var written = new JsonObject();
        _written[name] = written;
        if (kind.IsCustom && shape.Source is { } source)
            foreach (var (key, value) in source)
                written[key] = value?.DeepClone();
        else
            Object(written, shape);
        var properties = written["properties"] as JsonObject ?? [];
        written["properties"] = null;
        var all = new JsonObject
        {
            ["apiVersion"] = Said("string", "Version of the shape this object is written in."),
            ["kind"] = Said("string", "The kind of object this is."),
            ["metadata"] = Reference(BuiltInSchemas.Metadata, "Name, labels and the other facts every object has."),
        };
        foreach (var (key, value) in properties)
            if (!all.ContainsKey(key))
                all[key] = value?.DeepClone();
        written["type"] = "object";
        written["properties"] = all;
        written["x-kubernetes-group-version-kind"] = new JsonArray((JsonNode)Gvk(kind));
        return prefix + name;
    }

    public JsonObject Finish()
    {
        var all = new JsonObject();
        foreach (var (name, schema) in _written)
            all[name] = schema;
        return all;
    }

    private JsonObject Value(Schema schema, string description)
    {
        if (schema.TypeName is not null)
        {
            var reference = Reference(schema, description);
            Extensions(reference, schema);
            return reference;
        }
        var written = new JsonObject();
        if (description.Length > 0)
            written["description"] = description;
        switch (schema.Type)
        {
            case SchemaType.List:
                written["type"] = "array";
                written["items"] = Value(schema.Items!, "");
                break;
            case SchemaType.Map:
                written["type"] = "object";
                written["additionalProperties"] = Value(schema.Values!, "");
                break;
            case SchemaType.Object:
                Object(written, schema);
                break;
            case SchemaType.IntOrString when schema.Format == "quantity":
                written["type"] = "string";
                break;
            case SchemaType.IntOrString:
                written["type"] = "string";
                written["format"] = "int-or-string";
                break;
            case SchemaType.Any:
                written["type"] = "object";
                break;
            default:
                written["type"] = schema.Type.ToString().ToLowerInvariant();
                if (schema.Format.Length > 0)
                    written["format"] = schema.Format == "micro-time" ? "date-time" : schema.Format;
                break;
        }
        Extensions(written, schema);
        return written;
    }

    private void Object(JsonObject written, Schema schema)
    {
        written["type"] = "object";
        if (schema.Description.Length > 0)
            written["description"] = schema.Description;
        if (schema.Required.Count > 0)
            written["required"] = new JsonArray([.. schema.Required.Select(name => (JsonNode)name)]);
        if (schema.Properties.Count == 0)
            return;
        var properties = new JsonObject();
        foreach (var (name, field) in schema.Properties)
            properties[name] = Value(field, field.Description);
        written["properties"] = properties;
    }

    private JsonObject Reference(Schema schema, string description)
    {
        var name = Name(schema.TypeName!);
        if (!_written.ContainsKey(name))
        {
            var written = new JsonObject();
            _written[name] = written;
            Object(written, BuiltInSchemas.All[schema.TypeName!]);
        }
        var target = new JsonObject { ["$ref"] = prefix + name };
        if (!isV3 || description.Length == 0)
            return target;
        // Beside a bare reference nothing may stand in OpenAPI 3.0, hence the wrapping.
        return new JsonObject { ["description"] = description, ["allOf"] = new JsonArray((JsonNode)target) };
    }

    private static void Extensions(JsonObject written, Schema schema)
    {
        if (schema.Merge == ListMerge.Map)
        {
            written["x-kubernetes-list-type"] = "map";
            written["x-kubernetes-list-map-keys"] = new JsonArray([.. schema.Keys.Select(key => (JsonNode)key)]);
            written["x-kubernetes-patch-merge-key"] = schema.PatchKey ?? schema.Keys[0];
            written["x-kubernetes-patch-strategy"] = schema.RetainKeys ? "merge,retainKeys" : "merge";
        }
        else if (schema.Merge == ListMerge.Set)
        {
            written["x-kubernetes-list-type"] = "set";
            written["x-kubernetes-patch-strategy"] = "merge";
        }
        else if (schema.RetainKeys)
            written["x-kubernetes-patch-strategy"] = "retainKeys";
        else if (schema.Type == SchemaType.List)
            written["x-kubernetes-list-type"] = "atomic";
    }

    private static JsonObject Said(string type, string description) =>
        new() { ["type"] = type, ["description"] = description };

    /// <summary><c>core.PodSpec</c> is <c>io.k8s.api.core.v1.PodSpec</c> on the wire.</summary>
    private static string Name(string typeName)
    {
        var cut = typeName.IndexOf('.');
        var (group, name) = (typeName[..cut], typeName[(cut + 1)..]);
        return group switch
        {
            "meta" => $"io.k8s.apimachinery.pkg.apis.meta.v1.{name}",
            "scale" => $"io.k8s.api.autoscaling.v1.{name}",
            "autoscaling" => $"io.k8s.api.autoscaling.v2.{name}",
            _ => $"io.k8s.api.{group}.v1.{name}",
        };
    }
}
