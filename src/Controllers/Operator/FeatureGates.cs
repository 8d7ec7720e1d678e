namespace Tenon.Controllers.Operator;

/// <summary>Switches of behaviour that is not finished or may surprise; names and defaults are upstream's.</summary>
public sealed record FeatureGates
{
    public static readonly FeatureGates Default = new();

    public bool NodeRepair { get; init; }
    public bool ReservedCapacity { get; init; } = true;
    public bool SpotToSpotConsolidation { get; init; }
    public bool NodeOverlay { get; init; }
    public bool StaticCapacity { get; init; }
    public bool CapacityBuffer { get; init; }

    /// <summary>
    /// Ours, not upstream's: consolidation of any set of nodes into any set of replacements (ADR 10). Off, because a
    /// repack that meets a busy scheduler buys machines that stay empty and are given up a minute later.
    /// </summary>
    public bool Repack { get; init; }

    /// <summary>
    /// Reads <c>Name=bool,…</c>: blanks are trimmed, unknown names ignored, unnamed gates keep their default. A part
    /// without
    /// <c>=</c> or with something else than a boolean is an error.
    /// </summary>
    public static FeatureGates? TryParse(string text, out string? error)
    {
        error = null;
        var gates = Default;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                error = $"missing value for {part}";
                return null;
            }
            var (name, value) = (part[..equals].Trim(), part[(equals + 1)..].Trim());
            if (OptionText.Boolean(value) is not { } on)
            {
                error = $"invalid value of {name}={value}, err: strconv.ParseBool: parsing \"{value}\": invalid syntax";
                return null;
            }
            gates = gates.With(name, on);
        }
        return gates;
    }

    private FeatureGates With(string name, bool on) =>
        name switch
        {
            nameof(NodeRepair) => this with { NodeRepair = on },
            nameof(ReservedCapacity) => this with { ReservedCapacity = on },
            nameof(SpotToSpotConsolidation) => this with { SpotToSpotConsolidation = on },
            nameof(NodeOverlay) => this with { NodeOverlay = on },
            nameof(StaticCapacity) => this with { StaticCapacity = on },
            nameof(Repack) => this with { Repack = on },
            nameof(CapacityBuffer) => this with { CapacityBuffer = on },
            _ => this,
        };
}
