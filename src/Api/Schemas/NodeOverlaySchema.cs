using Tenon.Api.Extensions;
using static Tenon.Api.Schemas.CommonShapes;
using static Tenon.Api.Schemas.CustomResources;
using static Tenon.Api.Schemas.Shape;

namespace Tenon.Api.Schemas;

/// <summary>Core API specification §5.</summary>
internal static class NodeOverlaySchema
{
    public static CustomResourceDefinition Build() =>
        Define(
            Karpenter.NodeOverlay.Resource,
            "karpenter",
            ["overlays"],
            Root("Corrects price or capacity of instance types.", Spec(), Status()),
            [
                Column("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
                Column("Age", "date", ".metadata.creationTimestamp"),
                Column("Weight", "integer", ".spec.weight", wide: true),
            ]
        );

    private static JsonSchemaProps Spec() =>
        Object(
                "Which instance types are corrected, and how.",
                (
                    "requirements!",
                    Requirements(
                        "Which instance types and offerings are touched; empty touches all.",
                        allowPoolKey: true,
                        withMinValues: false
                    )
                ),
                ("price", Text("The price per hour instead of the catalogue's.", Patterns.Price)),
                (
                    "priceAdjustment",
                    Text("A signed amount or percentage on the catalogue's price.", Patterns.PriceAdjustment)
                ),
                (
                    "capacity",
                    Quantities("Extended resources the instance types have beside the catalogue's.")
                        .Rule(
                            "self.all(x, !(x in ['cpu', 'memory', 'ephemeral-storage', 'pods']))",
                            "invalid resource restricted"
                        )
                ),
                ("weight", Int32("Overlays of higher weight win; absent counts as 0.", 1, 10_000))
            )
            .Rule("!has(self.price) || !has(self.priceAdjustment)", "cannot set both 'price' and 'priceAdjustment'");

    private static JsonSchemaProps Status() =>
        Object("What was observed of the overlay.", ("conditions", Conditions()));
}
