using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Cel;
using Tenon.Api.Extensions;
using Tenon.Api.Json;
using Tenon.Api.Rules;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>What a custom object must satisfy: its definition's schema, then the definition's expressions.</summary>
internal sealed class CustomRules(Schema schema, SchemaRules? expressions)
{
    public void Validate(JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        new SchemaValidation(faults).Value(schema, item, "");
        // Expressions may assume the shape they were written for, so they are asked only about objects that have it.
        if (faults.Count > 0 || expressions is not { HasRules: true })
            return;
        foreach (var error in expressions.Check(item, old))
            faults.Add(FieldFault.Invalid(error.Path.TrimStart('.'), error.Value, error.Message));
    }

    /// <summary>
    /// The expressions of a version's schema; null when it has no schema. Those that do not compile are in
    /// <paramref name="errors"/>.
    /// </summary>
    public static SchemaRules? Compile(JsonObject? schema, out ImmutableArray<FieldError> errors)
    {
        errors = [];
        if (schema is null)
            return null;
        try
        {
            return SchemaRules.Compile(ApiJson.Parse<JsonSchemaProps>(JsonBytes.Of(schema)), out errors);
        }
        catch (JsonException broken)
        {
            errors = [new FieldError("", broken.Message)];
            return null;
        }
    }
}
