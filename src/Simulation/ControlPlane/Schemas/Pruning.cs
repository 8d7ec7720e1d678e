using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>
/// Brings a tree into its schema: fields nobody declared are taken out and named. For built-in kinds it also does what
/// decoding into typed structs does: nulls go, and a value of the wrong type is refused.
/// </summary>
internal sealed class Pruning(bool typed)
{
    /// <summary>Paths of the fields that were taken out, in the order met.</summary>
    public List<string> Unknown { get; } = [];

    public void Object(Schema schema, JsonObject item, string path)
    {
        List<string>? gone = null;
        foreach (var (name, value) in item)
        {
            if (schema.Properties.TryGetValue(name, out var field))
            {
                if (value is null && (typed || (field is { Nullable: false, Default: not null })))
                    (gone ??= []).Add(name);
                else if (schema.TypeName is not null && IsEmpty(field, value) && !schema.Required.Contains(name))
                    (gone ??= []).Add(name);
                else if (value is not null)
                    Value(field, value, Join(path, name));
            }
            else if (schema.Values is { } values)
            {
                if (value is not null)
                    Value(values, value, Join(path, name));
            }
            else if (!schema.PreservesUnknown)
            {
                (gone ??= []).Add(name);
                Unknown.Add(Join(path, name));
            }
        }
        if (gone is null)
            return;
        foreach (var name in gone)
            item.Remove(name);
    }

    private void Value(Schema schema, JsonNode value, string path)
    {
        switch (schema.Type)
        {
            case SchemaType.Object or SchemaType.Map when value is JsonObject inner:
                Object(schema, inner, path);
                break;
            case SchemaType.List when value is JsonArray list:
                if (schema.Items is not { } items || IsPlainScalar(items))
                    break;
                for (var i = 0; i < list.Count; i++)
                    if (list[i] is { } item)
                        Value(items, item, $"{path}[{i}]");
                break;
            case SchemaType.Any:
                if (value is JsonObject open && !schema.PreservesUnknown && schema.Properties.Count > 0)
                    Object(schema, open, path);
                break;
            default:
                if (typed && !Fits(schema.Type, value))
                    throw WrongType(schema, value, path);
                break;
        }
    }

    /// <summary>Built-in types do not write empty lists and maps: they come back absent.</summary>
    private static bool IsEmpty(Schema field, JsonNode? value) =>
        value is JsonArray { Count: 0 } || (value is JsonObject { Count: 0 } && field.Type == SchemaType.Map);

    private bool IsPlainScalar(Schema schema) =>
        !typed && schema.Type is SchemaType.String or SchemaType.Integer or SchemaType.Boolean;

    public static bool Fits(SchemaType type, JsonNode value)
    {
        var kind = value.GetValueKind();
        return type switch
        {
            SchemaType.String => kind == JsonValueKind.String,
            SchemaType.Boolean => kind is JsonValueKind.True or JsonValueKind.False,
            SchemaType.Integer => kind == JsonValueKind.Number && Kinds.Meta.AsNumber(value) is not null,
            SchemaType.Number => kind == JsonValueKind.Number,
            SchemaType.IntOrString => kind is JsonValueKind.Number or JsonValueKind.String,
            SchemaType.Object or SchemaType.Map => kind == JsonValueKind.Object,
            SchemaType.List => kind == JsonValueKind.Array,
            _ => true,
        };
    }

    private static ApiError WrongType(Schema schema, JsonNode value, string path)
    {
        var found = value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "array",
            _ => "object",
        };
        var wanted = schema.Type switch
        {
            SchemaType.Integer => schema.Format.Length > 0 ? schema.Format : "int64",
            SchemaType.Boolean => "bool",
            SchemaType.Number => "float64",
            SchemaType.String => "string",
            SchemaType.List => "slice",
            SchemaType.Map => "map[string]string",
            _ => schema.TypeName ?? "struct",
        };
        return ApiError.BadRequest(
            string.Create(
                CultureInfo.InvariantCulture,
                $"json: cannot unmarshal {found} into Go struct field {path} of type {wanted}"
            )
        );
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
