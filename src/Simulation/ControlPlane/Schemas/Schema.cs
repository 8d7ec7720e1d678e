using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>
/// The shape of a value: one model for built-in kinds (from the embedded table) and for custom ones (from their CRD).
/// It drives pruning, defaulting, validation, apply's merging, <c>explain</c> and the OpenAPI documents.
/// </summary>
internal sealed class Schema
{
    public SchemaType Type { get; init; } = SchemaType.Any;
    public string Description { get; init; } = "";
    public string Format { get; init; } = "";
    public bool Nullable { get; init; }
    public JsonNode? Default { get; init; }
}

internal enum SchemaType
{
    Any,
    Object,
    Map,
    List,
    String,
    Integer,
    Number,
    Boolean,
    IntOrString,
}
