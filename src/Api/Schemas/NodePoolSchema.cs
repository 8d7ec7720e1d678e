using System.Collections.Immutable;
using Tenon.Api.Extensions;
using static Tenon.Api.Schemas.CommonShapes;
using static Tenon.Api.Schemas.CustomResources;
using static Tenon.Api.Schemas.Shape;

namespace Tenon.Api.Schemas;

/// <summary>Core API specification §3.</summary>
internal static class NodePoolSchema
{
    public static CustomResourceDefinition Build() =>
        Define(
            Karpenter.NodePool.Resource,
            "karpenter",
            [],
            Root("Which nodes may be bought, and how they may be disrupted.", Spec(), Status()),
            Columns,
            new CustomResourceSubresourceScale
            {
                SpecReplicasPath = ".spec.replicas",
                StatusReplicasPath = ".status.nodes",
            }
        );

    private static readonly ImmutableArray<CustomResourceColumnDefinition> Columns =
    [
        Column("NodeClass", "string", ".spec.template.spec.nodeClassRef.name"),
        Column("Nodes", "string", ".status.nodes"),
        Column("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
        Column("Age", "date", ".metadata.creationTimestamp"),
        Column("Weight", "integer", ".spec.weight", wide: true),
        Column("CPU", "string", ".status.resources.cpu", wide: true),
        Column("Memory", "string", ".status.resources.memory", wide: true),
    ];

    private static JsonSchemaProps Spec() =>
        Object(
                "Which nodes may be bought, and how they may be disrupted.",
                ("template!", Template()),
                ("disruption", Disruption()),
                (
                    "limits",
                    Quantities(
                        "Resources beyond which nothing more is bought; the name nodes counts nodes. Absent: no limit."
                    )
                ),
                ("weight", Int32("Pools of higher weight are tried first; absent counts as 0.", 1, 100)),
                ("replicas", Int64("A fixed number of nodes, whatever the pods ask for; alpha.", 0))
            )
            .Rule(
                "has(self.replicas) == has(oldSelf.replicas)",
                "cannot transition between static and dynamic provisioning mode"
            )
            .Rule(
                "!has(self.replicas) || !has(self.limits) || self.limits.size() == 0 || (self.limits.size() == 1 && 'nodes' in self.limits)",
                "only 'limits.nodes' is supported on static NodePools"
            )
            .Rule("!has(self.replicas) || !has(self.weight)", "'weight' is not supported on static NodePools");

    private static JsonSchemaProps Template() =>
        Object(
            "What the claims of this pool are made from.",
            ("metadata", Object("Goes to every claim and node.", ("labels", Labels()), ("annotations", Annotations()))),
            (
                "spec!",
                Object(
                    "What the nodes look like.",
                    ("taints", Taints("Taints of the nodes.")),
                    (
                        "startupTaints",
                        Taints(
                            "Taints that something else takes away before a node counts as initialized; pods need not tolerate them."
                        )
                    ),
                    (
                        "requirements!",
                        Requirements(
                            "What the nodes must be; instance types and offerings are chosen within.",
                            allowPoolKey: false,
                            withMinValues: true
                        )
                    ),
                    ("nodeClassRef!", NodeClassRef(fixedClass: true)),
                    ("terminationGracePeriod", TerminationGracePeriod()),
                    ("expireAfter", ExpireAfter())
                )
            )
        );

    private static JsonSchemaProps Disruption() =>
        Object(
                "When nodes may be taken away or replaced.",
                (
                    "consolidateAfter",
                    Text(
                            "How long a node must be left alone by pods before it is considered; Never turns consolidation off.",
                            Patterns.DurationOrNever
                        )
                        .Default("\"0s\"")
                ),
                (
                    "consolidationPolicy",
                    OneOf("Which nodes are considered.", "WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced")
                        .Default("\"WhenEmptyOrUnderutilized\"")
                ),
                (
                    "budgets",
                    List("How many nodes may be disrupted at once; the strictest that applies counts.", Budget(), 50)
                        .Default("[{\"nodes\":\"10%\"}]")
                        .Rule(
                            "self.all(x, has(x.schedule) == has(x.duration))",
                            "'schedule' must be set with 'duration'"
                        )
                )
            )
            .Default("{\"consolidateAfter\":\"0s\"}");

    private static JsonSchemaProps Budget() =>
        Object(
            "One limit on disruption.",
            (
                "nodes!",
                Text("A count, or a percentage of the nodes of the pool, rounded up.", Patterns.BudgetNodes)
                    .Default("\"10%\"")
            ),
            ("schedule", Text("When the budget begins to apply: a cron schedule in UTC.", Patterns.Cron)),
            (
                "duration",
                Text("How long the budget applies from there, in hours and minutes.", Patterns.BudgetDuration)
            ),
            (
                "reasons",
                List(
                    "For which reasons the budget applies; absent: for all.",
                    OneOf("A reason.", "Underutilized", "Empty", "Drifted"),
                    50,
                    "set"
                )
            )
        );

    private static JsonSchemaProps Status() =>
        Object(
            "What was observed of the pool.",
            ("resources", Quantities("The capacity of the pool's nodes together.")),
            ("nodes", Int64("The number of the pool's nodes.").Default("0")),
            ("nodeClassObservedGeneration", Int64("The generation of the node class that was last seen.")),
            ("conditions", Conditions())
        );
}
