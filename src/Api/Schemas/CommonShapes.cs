using Tenon.Api.Extensions;
using Tenon.Api.Rules;
using static Tenon.Api.Schemas.Shape;

namespace Tenon.Api.Schemas;

/// <summary>Parts that several kinds share (core API specification §2).</summary>
internal static class CommonShapes
{
    /// <summary>A plain suffix test of what stands before the first slash, as upstream's.</summary>
    private static string NotKarpenter(string key) =>
        $"{key} in ['karpenter.sh/capacity-type', 'karpenter.sh/nodepool'] || !{key}.find('^([^/]+)').endsWith('karpenter.sh')";

    private static string NotKwok(string key) =>
        $"{key} in ['karpenter.kwok.sh/kwoknodeclass', 'karpenter.kwok.sh/instance-cpu', 'karpenter.kwok.sh/instance-memory', "
        + $"'karpenter.kwok.sh/instance-family', 'karpenter.kwok.sh/instance-size'] || !{key}.find('^([^/]+)').endsWith('karpenter.kwok.sh')";

    public static JsonSchemaProps Root(string description, JsonSchemaProps spec, JsonSchemaProps status) =>
        Object(
            description,
            ("apiVersion", Text("The version of the schema this object is written in.")),
            ("kind", Text("The kind of this object.")),
            ("metadata", new JsonSchemaProps { Type = "object" }),
            ("spec!", spec),
            ("status", status)
        );

    public static JsonSchemaProps Labels() =>
        Map(
                "Labels of the claims and nodes.",
                Text("", Patterns.LabelValue, maxLength: 63) with
                {
                    Description = null,
                },
                maxProperties: 100
            )
            .Atomic()
            .Rule($"self.all(x, {NotKarpenter("x")})", "label domain \"karpenter.sh\" is restricted")
            .Rule("self.all(x, x != 'karpenter.sh/nodepool')", "label \"karpenter.sh/nodepool\" is restricted")
            .Rule("self.all(x, x != 'kubernetes.io/hostname')", "label \"kubernetes.io/hostname\" is restricted");

    public static JsonSchemaProps Annotations() =>
        Map("Annotations of the claims and nodes.", new JsonSchemaProps { Type = "string" });

    public static JsonSchemaProps Requirements(string description, bool allowPoolKey, bool withMinValues)
    {
        var key = Text("The label key.", Patterns.Key, maxLength: RequirementRules.MaxKeyLength)
            .Rule(NotKarpenter("self"), "label domain \"karpenter.sh\" is restricted");
        if (!allowPoolKey)
            key = key.Rule("self != 'karpenter.sh/nodepool'", "label \"karpenter.sh/nodepool\" is restricted");
        key = key.Rule("self != 'kubernetes.io/hostname'", "label \"kubernetes.io/hostname\" is restricted")
            .Rule(NotKwok("self"), "label domain \"karpenter.kwok.sh\" is restricted");
        var op = OneOf(
            "How the values restrict the label.",
            "Gte",
            "Lte",
            "Gt",
            "Lt",
            "In",
            "NotIn",
            "Exists",
            "DoesNotExist"
        );
        var values = List(
            "In and NotIn take a list; Gt, Lt, Gte and Lte take one whole number; the others take none.",
            new JsonSchemaProps { Type = "string" }
        );
        var item = withMinValues
            ? Object(
                "One restriction of one label.",
                ("key!", key),
                ("operator!", op),
                ("values", values),
                (
                    "minValues",
                    Integer("How many different values must stay possible; alpha.", 1, RequirementRules.MaxMinValues)
                )
            )
            : Object("One restriction of one label.", ("key!", key), ("operator!", op), ("values", values));
        var list = List(description, item, RequirementRules.MaxRequirements)
            .Rule(
                "self.all(x, x.operator == 'In' ? has(x.values) && x.values.size() != 0 : true)",
                "requirements with operator 'In' must have a value defined"
            )
            .Rule(
                "self.all(x, x.operator in ['Gt', 'Lt', 'Gte', 'Lte'] ? has(x.values) && x.values.size() == 1 && int(x.values[0]) >= 0 : true)",
                "requirements operator 'Gt', 'Lt', 'Gte' or 'Lte' must have a single positive integer value"
            );
        return withMinValues
            ? list.Rule(
                "self.all(x, x.operator == 'In' && has(x.minValues) ? has(x.values) && x.values.size() >= x.minValues : true)",
                "requirements with 'minValues' must have at least that many values specified in the 'values' field"
            )
            : list.Rule(
                "self.all(x, x.operator == 'NotIn' ? has(x.values) && x.values.size() != 0 : true)",
                "requirements with operator 'NotIn' must have a value defined"
            );
    }

    public static JsonSchemaProps Taints(string description) =>
        List(
            description,
            Object(
                "Keeps away pods that do not tolerate it.",
                ("key!", Text("The key of the taint.", Patterns.Key, minLength: 1)),
                ("value", Text("The value of the taint; leave it out rather than empty.", Patterns.Key)),
                (
                    "effect!",
                    OneOf(
                        "What happens to pods that do not tolerate it.",
                        "NoSchedule",
                        "PreferNoSchedule",
                        "NoExecute"
                    )
                ),
                ("timeAdded", Time("When the taint was added; for NoExecute only."))
            )
        );

    public static JsonSchemaProps NodeClassRef(bool fixedClass)
    {
        var reference = Object(
            "The node class that says how machines are made.",
            (
                "group!",
                Text("The API group of the node class.", Patterns.Group).Rule("self != ''", "group may not be empty")
            ),
            ("kind!", Text("The kind of the node class.").Rule("self != ''", "kind may not be empty")),
            ("name!", Text("The name of the node class.").Rule("self != ''", "name may not be empty"))
        );
        return !fixedClass
            ? reference
            : reference
                .Rule("self.group == oldSelf.group", "nodeClassRef.group is immutable")
                .Rule("self.kind == oldSelf.kind", "nodeClassRef.kind is immutable");
    }

    public static JsonSchemaProps ExpireAfter() =>
        Text(
                "How old a node may grow before it is replaced, disruption budgets or not; Never keeps it.",
                Patterns.DurationOrNever
            )
            .Default("\"720h\"");

    public static JsonSchemaProps TerminationGracePeriod() =>
        Text(
            "How long a node may drain before its pods are deleted, whatever protects them; absent waits for ever.",
            Patterns.Duration
        );

    /// <param name="mayLackWords">Old claims carry conditions without reason and message.</param>
    public static JsonSchemaProps Conditions(bool mayLackWords = false)
    {
        var reason = Text(
            "Why, in one word.",
            mayLackWords ? "^([A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?|)$" : Patterns.ConditionReason,
            mayLackWords ? null : 1,
            1024
        );
        var optional = mayLackWords ? "" : "!";
        return List(
            "What was observed of this object.",
            Object(
                "One observation.",
                ("type!", Text("What is observed.", Patterns.ConditionType, maxLength: 316)),
                ("status!", OneOf("Whether it holds.", "True", "False", "Unknown")),
                ($"reason{optional}", reason),
                ($"message{optional}", Text("Why, in a sentence.", maxLength: 32768)),
                ("lastTransitionTime!", Time("When the status last changed.")),
                ("observedGeneration", Int64("The generation of the object that was observed.", 0))
            ),
            type: "map"
        ) with
        {
            ListMapKeys = ["type"],
        };
    }
}
