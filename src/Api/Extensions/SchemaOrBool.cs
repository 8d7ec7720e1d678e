using System.Text.Json.Serialization;
using Tenon.Api.Json;

namespace Tenon.Api.Extensions;

/// <summary><c>additionalProperties</c>: a schema for the values, or whether any are allowed.</summary>
[JsonConverter(typeof(SchemaOrBoolConverter))]
public sealed record SchemaOrBool(bool Allows, JsonSchemaProps? Schema);
