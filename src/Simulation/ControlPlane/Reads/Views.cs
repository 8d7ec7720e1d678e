using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Reads;

/// <summary>Picks the view a caller's Accept header asks for.</summary>
internal static class Views
{
    public static ObjectView For(ApiKind kind, string? accept)
    {
        foreach (var choice in (accept ?? "").Split(','))
        {
            if (choice.Contains("as=PartialObjectMetadata", StringComparison.Ordinal)) return new MetadataView(kind);
            if (choice.Contains("application/json", StringComparison.Ordinal) && !choice.Contains("as=", StringComparison.Ordinal)) break;
        }
        return kind.StoredAs is null ? new PlainView(kind) : new ConvertedView(kind);
    }
}
