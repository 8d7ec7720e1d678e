using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>A CRD's <c>openAPIV3Schema</c> as a <see cref="Schema"/>.</summary>
internal static class CrdSchemas
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The schema of whole objects: metadata is the server's own business.</summary>
    public static Schema Root(JsonObject? source)
    {
        if (source is null)
            return BuiltInSchemas.Rooted(Schema.Anything, []);
        var shape = Read(source);
        return BuiltInSchemas.Rooted(shape, shape.Properties);
    }

    public static Schema Read(JsonObject source)
    {
        var properties = new OrderedDictionary<string, Schema>();
        foreach (var (name, schema) in source["properties"] as JsonObject ?? [])
            if (schema is JsonObject inner)
                properties[name] = Read(inner);
        var values = source["additionalProperties"];
        var merge = Meta.Text(source, "x-kubernetes-list-type") switch
        {
            "map" => ListMerge.Map,
            "set" => ListMerge.Set,
            _ => ListMerge.Atomic,
        };
        var preserves = Meta.Flag(source, "x-kubernetes-preserve-unknown-fields") == true;
        return new Schema
        {
            Type = TypeOf(source, properties.Count > 0, values is not null),
            Format = Meta.Text(source, "format"),
            Description = Meta.Text(source, "description"),
            Nullable = Meta.Flag(source, "nullable") == true,
            Default = source["default"]?.DeepClone(),
            Properties = properties,
            Required = [.. Meta.Strings(source["required"])],
            Items = source["items"] is JsonObject items ? Read(items) : null,
            Values =
                values is JsonObject each ? Read(each)
                : values is JsonValue flag && flag.TryGetValue(out bool any) && any ? Schema.Anything
                : null,
            PreservesUnknown = preserves,
            Merge = merge,
            Keys = [.. Meta.Strings(source["x-kubernetes-list-map-keys"])],
            IsAtomic = Meta.Text(source, "x-kubernetes-map-type") == "atomic",
            Constraints = ReadConstraints(source),
            Source = source,
        };
    }

    private static SchemaType TypeOf(JsonObject source, bool hasProperties, bool hasValues)
    {
        if (Meta.Flag(source, "x-kubernetes-int-or-string") == true)
            return SchemaType.IntOrString;
        return Meta.Text(source, "type") switch
        {
            "object" => hasValues && !hasProperties ? SchemaType.Map : SchemaType.Object,
            "array" => SchemaType.List,
            "string" => SchemaType.String,
            "integer" => SchemaType.Integer,
            "number" => SchemaType.Number,
            "boolean" => SchemaType.Boolean,
            _ => SchemaType.Any,
        };
    }

    private static Constraints ReadConstraints(JsonObject source)
    {
        int? Whole(string key) => (int?)Meta.Number(source, key);
        double? Real(string key) =>
            source[key] is JsonValue value && value.TryGetValue(out double number) ? number : null;
        Schema[] Many(string key) => [.. (source[key] as JsonArray ?? []).OfType<JsonObject>().Select(Read)];
        var pattern = Meta.Text(source, "pattern");
        return new Constraints
        {
            Enum = source["enum"] is JsonArray choices ? [.. choices.Select(choice => choice?.DeepClone())] : [],
            Pattern = pattern.Length > 0 ? new Regex(pattern, RegexOptions.CultureInvariant, PatternTimeout) : null,
            PatternText = pattern,
            Minimum = Real("minimum"),
            Maximum = Real("maximum"),
            ExclusiveMinimum = Meta.Flag(source, "exclusiveMinimum") == true,
            ExclusiveMaximum = Meta.Flag(source, "exclusiveMaximum") == true,
            MultipleOf = Real("multipleOf"),
            MinLength = Whole("minLength"),
            MaxLength = Whole("maxLength"),
            MinItems = Whole("minItems"),
            MaxItems = Whole("maxItems"),
            MinProperties = Whole("minProperties"),
            MaxProperties = Whole("maxProperties"),
            UniqueItems = Meta.Flag(source, "uniqueItems") == true,
            AllOf = Many("allOf"),
            AnyOf = Many("anyOf"),
            OneOf = Many("oneOf"),
            Not = source["not"] is JsonObject not ? Read(not) : null,
        };
    }
}
