using System.Text.Json;
using System.Text.Json.Serialization;
using Tenon.Api.Core;

namespace Tenon.Api.Extensions;

/// <summary>A structural OpenAPI v3 schema, as far as custom resource definitions may use one.</summary>
public sealed record JsonSchemaProps : Wire
{
    public string? Description { get; init; }
    public string? Type { get; init; }
    public string? Format { get; init; }
    public string? Title { get; init; }
    public JsonElement? Default { get; init; }
    public decimal? Maximum { get; init; }
    public bool? ExclusiveMaximum { get; init; }
    public decimal? Minimum { get; init; }
    public bool? ExclusiveMinimum { get; init; }
    public long? MaxLength { get; init; }
    public long? MinLength { get; init; }
    public string? Pattern { get; init; }
    public long? MaxItems { get; init; }
    public long? MinItems { get; init; }
    public bool? UniqueItems { get; init; }
    public decimal? MultipleOf { get; init; }
    public IReadOnlyList<JsonElement> Enum
    {
        get;
        init => field = value ?? [];
    } = [];
    public long? MaxProperties { get; init; }
    public long? MinProperties { get; init; }
    public IReadOnlyList<string> Required
    {
        get;
        init => field = value ?? [];
    } = [];
    public JsonSchemaProps? Items { get; init; }
    public IReadOnlyList<JsonSchemaProps> AllOf
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonSchemaProps> OneOf
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonSchemaProps> AnyOf
    {
        get;
        init => field = value ?? [];
    } = [];
    public JsonSchemaProps? Not { get; init; }
    public IReadOnlyDictionary<string, JsonSchemaProps> Properties
    {
        get;
        init => field = value ?? None<JsonSchemaProps>.Map;
    } = None<JsonSchemaProps>.Map;
    public SchemaOrBool? AdditionalProperties { get; init; }
    public bool? Nullable { get; init; }

    [JsonPropertyName("x-kubernetes-preserve-unknown-fields")]
    public bool? PreserveUnknownFields { get; init; }

    [JsonPropertyName("x-kubernetes-embedded-resource")]
    public bool? EmbeddedResource { get; init; }

    [JsonPropertyName("x-kubernetes-int-or-string")]
    public bool? IntOrString { get; init; }

    [JsonPropertyName("x-kubernetes-list-map-keys")]
    public IReadOnlyList<string> ListMapKeys
    {
        get;
        init => field = value ?? [];
    } = [];

    [JsonPropertyName("x-kubernetes-list-type")]
    public string? ListType { get; init; }

    [JsonPropertyName("x-kubernetes-map-type")]
    public string? MapType { get; init; }

    [JsonPropertyName("x-kubernetes-validations")]
    public IReadOnlyList<ValidationRule> Validations
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>One CEL rule of <c>x-kubernetes-validations</c>.</summary>
public sealed record ValidationRule : Wire
{
    public string Rule
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Message { get; init; }
    public string? MessageExpression { get; init; }
    public string? Reason { get; init; }
    public string? FieldPath { get; init; }
    public bool? OptionalOldSelf { get; init; }
}
