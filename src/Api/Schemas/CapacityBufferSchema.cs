using Tenon.Api.Extensions;
using Tenon.Api.Json;
using Tenon.Api.Rules;
using static Tenon.Api.Schemas.CommonShapes;
using static Tenon.Api.Schemas.CustomResources;
using static Tenon.Api.Schemas.Shape;

namespace Tenon.Api.Schemas;

/// <summary>Core API specification §6.</summary>
internal static class CapacityBufferSchema
{
    public static CustomResourceDefinition Build() =>
        Define(
            Autoscaling.CapacityBuffer.Resource,
            "autoscaling",
            ["cb"],
            Root("Room kept ready for pods that do not exist yet.", Spec(), Status()),
            [
                Column("Strategy", "string", ".spec.provisioningStrategy", description: "How the room is kept."),
                Column(
                    "PodTemplate",
                    "string",
                    ".status.podTemplateRef.name",
                    description: "The template of the pods."
                ),
                Column("Replicas", "integer", ".status.replicas", description: "For how many pods."),
                Column("ConditionsType", "string", ".status.conditions[*].type", description: "What is observed."),
                Column("ConditionsStatus", "string", ".status.conditions[*].status", description: "Whether it holds."),
                Column("ConditionsReason", "string", ".status.conditions[*].reason", description: "Why."),
                Column("Age", "date", ".metadata.creationTimestamp", description: "How old the buffer is."),
            ]
        );

    private static JsonSchemaProps Spec() =>
        Object(
                "For which pods, and for how many.",
                (
                    "provisioningStrategy",
                    Text("How the room is kept.").Default(ApiJson.Quote(CapacityBufferRules.ActiveCapacity))
                ),
                (
                    "podTemplateRef",
                    Object("A PodTemplate of this namespace.", ("name!", Text("Its name.", minLength: 1)))
                ),
                (
                    "scalableRef",
                    Object(
                        "A workload of this namespace whose pods the room is for.",
                        ("apiGroup", Text("Empty or apps.")),
                        ("kind!", Text("Deployment, StatefulSet or ReplicaSet.", minLength: 1)),
                        ("name!", Text("Its name.", minLength: 1))
                    )
                ),
                ("replicas", Int32("For how many pods.", 0)),
                ("percentage", Int32("For which part of the workload's replicas, in percent.", 0)),
                ("limits", Quantities("The most the room may take together."))
            )
            .Rule(
                "!has(self.podTemplateRef) || has(self.replicas) || has(self.limits)",
                "'podTemplateRef' needs 'replicas' or 'limits'"
            )
            .Rule(
                "!has(self.podTemplateRef) || !has(self.scalableRef)",
                "'podTemplateRef' and 'scalableRef' exclude each other"
            );

    private static JsonSchemaProps Status() =>
        Object(
            "What was observed of the buffer.",
            ("podTemplateRef", Object("The template that was found.", ("name", Text("Its name.")))),
            ("podTemplateGeneration", Int64("The generation of the template that was found.")),
            ("replicas", Int32("For how many pods room is kept.")),
            ("provisioningStrategy", Text("How the room is kept.")),
            ("conditions", Conditions())
        );
}
