using System.Collections.Immutable;
using Tenon.Api.Extensions;
using static Tenon.Api.Schemas.CommonShapes;
using static Tenon.Api.Schemas.CustomResources;
using static Tenon.Api.Schemas.Shape;

namespace Tenon.Api.Schemas;

/// <summary>Core API specification §4.</summary>
internal static class NodeClaimSchema
{
    public static CustomResourceDefinition Build() =>
        Define(
            Karpenter.NodeClaim.Resource,
            "karpenter",
            [],
            Root("One machine, wanted or bought.", Spec(), Status()),
            Columns
        );

    private static readonly ImmutableArray<CustomResourceColumnDefinition> Columns =
    [
        Column("Type", "string", @".metadata.labels.node\.kubernetes\.io/instance-type"),
        Column("Capacity", "string", @".metadata.labels.karpenter\.sh/capacity-type"),
        Column("Zone", "string", @".metadata.labels.topology\.kubernetes\.io/zone"),
        Column("Node", "string", ".status.nodeName"),
        Column("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
        Column("Age", "date", ".metadata.creationTimestamp"),
        Column("ImageID", "string", ".status.imageID", wide: true),
        Column("ID", "string", ".status.providerID", wide: true),
        Column("NodePool", "string", @".metadata.labels.karpenter\.sh/nodepool", wide: true),
        Column("NodeClass", "string", ".spec.nodeClassRef.name", wide: true),
        Column("Drifted", "string", ".status.conditions[?(@.type==\"Drifted\")].status", wide: true),
    ];

    private static JsonSchemaProps Spec() =>
        Object(
                "What the machine must be; it cannot be changed.",
                ("taints", Taints("Taints of the node.")),
                (
                    "startupTaints",
                    Taints("Taints that something else takes away before the node counts as initialized.")
                ),
                ("requirements!", Requirements("What the node must be.", allowPoolKey: true, withMinValues: true)),
                (
                    "resources",
                    Object("What the machine must hold.", ("requests", Quantities("The least that must fit.")))
                ),
                ("nodeClassRef!", NodeClassRef(fixedClass: false)),
                ("terminationGracePeriod", TerminationGracePeriod()),
                ("expireAfter", ExpireAfter())
            )
            .Rule("self == oldSelf", "spec is immutable");

    private static JsonSchemaProps Status() =>
        Object(
            "What was observed of the machine.",
            ("nodeName", Text("The name of the node.")),
            ("providerID", Text("The provider's name of the machine, as on the node.")),
            ("imageID", Text("The image the machine runs.")),
            ("capacity", Quantities("What the machine is expected to hold.")),
            ("allocatable", Quantities("What of it pods are expected to get.")),
            ("lastPodEventTime", Time("When a pod last came to or left the node.")),
            ("conditions", Conditions(mayLackWords: true))
        );
}
