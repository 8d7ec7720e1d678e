using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Tables;

namespace Tenon.Simulation.ControlPlane.Reads;

/// <summary>
/// Picks the view a caller's Accept header asks for: the first one on its list that the server can give.
/// </summary>
internal static class Views
{
    public static ObjectView For(ApiKind kind, string? accept, Query query, TimeProvider time)
    {
        foreach (var choice in (accept ?? "").Split(','))
        {
            var isOurs =
                choice.Contains("g=meta.k8s.io", StringComparison.Ordinal)
                && !choice.Contains("v=v1beta1", StringComparison.Ordinal);
            if (isOurs && choice.Contains("as=Table", StringComparison.Ordinal))
                return new TableView(kind, query["includeObject"] ?? "Metadata", time);
            if (isOurs && choice.Contains("as=PartialObjectMetadata", StringComparison.Ordinal))
                return new MetadataView(kind);
            if (
                choice.Contains("application/json", StringComparison.Ordinal)
                && !choice.Contains("as=", StringComparison.Ordinal)
            )
                break;
        }
        return kind.StoredAs is null ? new PlainView(kind) : new ConvertedView(kind);
    }
}
