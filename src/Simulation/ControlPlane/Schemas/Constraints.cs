using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tenon.Simulation.ControlPlane.Schemas;

/// <summary>What a CRD's schema demands of a value beyond its type.</summary>
internal sealed record Constraints
{
    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];
    public Regex? Pattern { get; init; }
    public string PatternText { get; init; } = "";
    public double? Minimum { get; init; }
    public double? Maximum { get; init; }
    public bool ExclusiveMinimum { get; init; }
    public bool ExclusiveMaximum { get; init; }
    public double? MultipleOf { get; init; }
    public int? MinLength { get; init; }
    public int? MaxLength { get; init; }
    public int? MinItems { get; init; }
    public int? MaxItems { get; init; }
    public int? MinProperties { get; init; }
    public int? MaxProperties { get; init; }
    public bool UniqueItems { get; init; }
    public IReadOnlyList<Schema> AllOf { get; init; } = [];
    public IReadOnlyList<Schema> AnyOf { get; init; } = [];
    public IReadOnlyList<Schema> OneOf { get; init; } = [];
    public Schema? Not { get; init; }
}
