using System.Text.Json;
using Tenon.Api.Extensions;
using Tenon.Api.Json;

namespace Tenon.Api.Schemas;

/// <summary>The words in which the schemas of this folder are written.</summary>
internal static class Shape
{
    /// <summary>A field of an object; one whose name ends with <c>!</c> is required.</summary>
    public static JsonSchemaProps Object(
        string description,
        params ReadOnlySpan<(string Name, JsonSchemaProps Schema)> fields
    )
    {
        var properties = new SortedDictionary<string, JsonSchemaProps>(StringComparer.Ordinal);
        var required = new List<string>();
        foreach (var (name, schema) in fields)
        {
            properties[name.TrimEnd('!')] = schema;
            if (name.EndsWith('!'))
                required.Add(name.TrimEnd('!'));
        }
        required.Sort(StringComparer.Ordinal);
        return new JsonSchemaProps
        {
            Description = description,
            Type = "object",
            Properties = properties,
            Required = required,
        };
    }

    public static JsonSchemaProps Text(
        string description,
        string? pattern = null,
        int? minLength = null,
        int? maxLength = null
    ) =>
        new()
        {
            Description = description,
            Type = "string",
            Pattern = pattern,
            MinLength = minLength,
            MaxLength = maxLength,
        };

    public static JsonSchemaProps OneOf(string description, params ReadOnlySpan<string> values)
    {
        var allowed = new List<JsonElement>();
        foreach (var value in values)
            allowed.Add(Json(ApiJson.Quote(value)));
        return new JsonSchemaProps
        {
            Description = description,
            Type = "string",
            Enum = allowed,
        };
    }

    public static JsonSchemaProps Time(string description) =>
        new()
        {
            Description = description,
            Type = "string",
            Format = "date-time",
        };

    public static JsonSchemaProps Int32(string description, int? min = null, int? max = null) =>
        new()
        {
            Description = description,
            Type = "integer",
            Format = "int32",
            Minimum = min,
            Maximum = max,
        };

    public static JsonSchemaProps Int64(string description, int? min = null) =>
        new()
        {
            Description = description,
            Type = "integer",
            Format = "int64",
            Minimum = min,
        };

    public static JsonSchemaProps Integer(string description, int? min = null, int? max = null) =>
        new()
        {
            Description = description,
            Type = "integer",
            Minimum = min,
            Maximum = max,
        };

    public static JsonSchemaProps List(
        string description,
        JsonSchemaProps items,
        int? maxItems = null,
        string type = "atomic"
    ) =>
        new()
        {
            Description = description,
            Type = "array",
            Items = items,
            MaxItems = maxItems,
            ListType = type,
        };

    public static JsonSchemaProps Map(string description, JsonSchemaProps values, int? maxProperties = null) =>
        new()
        {
            Description = description,
            Type = "object",
            AdditionalProperties = new SchemaOrBool(true, values),
            MaxProperties = maxProperties,
        };

    public static JsonSchemaProps Quantities(string description) =>
        Map(
            description,
            new JsonSchemaProps
            {
                AnyOf = [new() { Type = "integer" }, new() { Type = "string" }],
                Pattern = Patterns.Quantity,
                IntOrString = true,
            }
        );

    public static JsonSchemaProps Default(this JsonSchemaProps schema, string json) =>
        schema with
        {
            Default = Json(json),
        };

    public static JsonSchemaProps Atomic(this JsonSchemaProps schema) => schema with { MapType = "atomic" };

    /// <summary>A CEL rule and what a user reads when it does not hold.</summary>
    public static JsonSchemaProps Rule(this JsonSchemaProps schema, string rule, string message) =>
        schema with
        {
            Validations = [.. schema.Validations, new ValidationRule { Rule = rule, Message = message }],
        };

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
