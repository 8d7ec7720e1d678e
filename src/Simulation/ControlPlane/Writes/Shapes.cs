using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Writes;

/// <summary>Brings an object into its kind's shape: unknown fields go (or are complained about), missing ones are filled in.</summary>
internal static class Shapes
{
    public static void Shape(ApiKind kind, JsonObject item)
    {
        item["apiVersion"] = kind.Type.ApiVersion;
        item["kind"] = kind.Type.Kind;
        kind.Rules.Default?.Invoke(item);
    }
}
