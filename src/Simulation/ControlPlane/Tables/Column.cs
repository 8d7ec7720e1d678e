using System.Text.Json.Nodes;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>One column of a table and how its cell is made.</summary>
/// <param name="Priority">0 is always shown, 1 with <c>-o wide</c>.</param>
internal sealed record Column(string Name, string Type, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public string Format { get; init; } = "";
    public string Description { get; init; } = "";

    public JsonObject Definition() =>
        new()
        {
            ["name"] = Name,
            ["type"] = Type,
            ["format"] = Format,
            ["description"] = Description,
            ["priority"] = Priority,
        };
}
