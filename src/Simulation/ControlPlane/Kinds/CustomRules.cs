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

/// <summary>What a custom object must satisfy: its definition's schema, then the definition's rules.</summary>
internal static class CustomRules
{
    /// <param name="openApi">The schema as the definition writes it; null where it has none.</param>
    /// <param name="faults">Rules that do not compile, or a schema that is none.</param>
    public static SchemaRules? Compile(JsonObject? openApi, out ImmutableArray<FieldError> faults)
    {
        faults = [];
        if (openApi is null) return null;
        try
        {
            return SchemaRules.Compile(ApiJson.Parse<JsonSchemaProps>(openApi.ToJsonString()), out faults);
        }
        catch (JsonException odd)
        {
            faults = [new FieldError(odd.Path is { Length: > 1 } path ? path[1..] : "", "is not a structural schema")];
            return null;
        }
    }

    public static void Validate(Schema schema, SchemaRules? rules, JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        new SchemaValidation(faults).Value(schema, item, "");
        // Rules may assume the shape they were written for, so they are asked only about objects that have it.
        if (faults.Count > 0 || rules is null) return;
        foreach (var error in rules.Check(item, old)) faults.Add(FieldFault.Invalid(error.Path, error.Value, error.Message));
    }
}
