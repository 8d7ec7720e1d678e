using System.Globalization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Rules;

/// <summary>
/// The drift hash of a pool's template, version <c>v3</c> (core API specification §10). It must be upstream's number to
/// the digit: a fleet that was bought by Karpenter carries it, and any difference would replace every node.
/// </summary>
public static class NodePoolHash
{
    /// <summary>Decimal text, as in the annotation.</summary>
    public static string Of(NodePool pool) => Number(pool.Spec.Template).ToString(CultureInfo.InvariantCulture);

    private static ulong Number(NodeClaimTemplate template)
    {
        var (meta, spec) = (template.Metadata, template.Spec);
        var hasMeta = meta.Labels is not null || meta.Annotations is not null;
        return StructHash.Struct(
            "NodeClaimTemplate",
            (
                "ObjectMeta",
                !hasMeta
                    ? null
                    : StructHash.Struct(
                        "ObjectMeta",
                        ("Labels", meta.Labels is null ? null : StructHash.Map(meta.Labels)),
                        ("Annotations", meta.Annotations is null ? null : StructHash.Map(meta.Annotations))
                    )
            ),
            ("Spec", IsZero(spec) ? null : Number(spec))
        );
    }

    private static ulong Number(NodeClaimTemplateSpec spec) =>
        StructHash.Struct(
            "NodeClaimTemplateSpec",
            ("Taints", List(spec.Taints)),
            ("StartupTaints", List(spec.StartupTaints)),
            (
                "NodeClassRef",
                StructHash.Struct(
                    "NodeClassReference",
                    ("Kind", Text(spec.NodeClassRef.Kind)),
                    ("Name", Text(spec.NodeClassRef.Name)),
                    ("Group", Text(spec.NodeClassRef.Group))
                )
            ),
            (
                "TerminationGracePeriod",
                spec.TerminationGracePeriod is not { } grace
                    ? null
                    : StructHash.Struct(
                        "Duration",
                        ("Duration", grace.Nanoseconds == 0 ? null : StructHash.Int64(grace.Nanoseconds))
                    )
            ),
            (
                "ExpireAfter",
                spec.ExpireAfter?.Duration is not { } expire
                    ? null
                    : StructHash.Struct("NillableDuration", ("Duration", StructHash.Int64(expire.Nanoseconds)))
            )
        );

    private static bool IsZero(NodeClaimTemplateSpec spec) =>
        spec
            is {
                Taints: null,
                StartupTaints: null,
                TerminationGracePeriod: null,
                ExpireAfter: null,
                Requirements.Count: 0
            }
        && spec.NodeClassRef is { Kind: "", Name: "", Group: "" };

    private static ulong? List(IReadOnlyList<Taint>? taints) =>
        taints is null
            ? null
            : StructHash.List(
                taints.Select(taint =>
                    StructHash.Struct(
                        "Taint",
                        ("Key", Text(taint.Key)),
                        ("Value", Text(taint.Value)),
                        ("Effect", Text(taint.Effect))
                    )
                )
            );

    private static ulong? Text(string? text) => string.IsNullOrEmpty(text) ? null : StructHash.Text(text);
}
