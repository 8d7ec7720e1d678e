using Tenon.Api.Extensions;
using static Tenon.Api.Schemas.CommonShapes;
using static Tenon.Api.Schemas.CustomResources;
using static Tenon.Api.Schemas.Shape;

namespace Tenon.Api.Schemas;

/// <summary>Core API specification §7.1.</summary>
internal static class KwokNodeClassSchema
{
    private const string ReadyFromTheStart =
        """{"conditions":[{"type":"Ready","status":"True","reason":"Ready","message":"","lastTransitionTime":"2024-01-01T01:01:01Z"}]}""";

    public static CustomResourceDefinition Build() =>
        Define(
            Karpenter.KwokNodeClass.Resource,
            "karpenter",
            ["kwoknc", "kwokncs"],
            Root(
                "How simulated machines are made.",
                Object(
                    "How simulated machines are made.",
                    (
                        "nodeRegistrationDelay",
                        Text("How long a simulated machine takes until its node appears.", Patterns.Duration)
                    )
                ),
                Object("What was observed of the node class.", ("conditions", Conditions())).Default(ReadyFromTheStart)
            ) with
            {
                Required = [],
            },
            [Column("Age", "date", ".metadata.creationTimestamp")]
        );
}
