using System.Text.Json.Nodes;
using Tenon.Api.Yaml;

namespace Tenon.Cli.Tests;

/// <summary>One pool for each rule of admission, sound but for that rule.</summary>
/// <param name="Rule">Also the pool's name.</param>
/// <param name="Field">Where the fault is.</param>
/// <param name="Written">The word that stands on the line a person should look at.</param>
sealed record BrokenPool(string Rule, string Field, string Written, JsonObject Manifest)
{
    const string Template = "spec.template.spec";

    public static IReadOnlyList<BrokenPool> All { get; } =
    [
        Of("static-with-limits", "spec", """{"replicas": 2, "limits": {"cpu": "10"}}""", "spec"),
        Of("static-with-weight", "spec", """{"replicas": 2, "weight": 5}""", "spec"),
        Of("negative-replicas", "spec.replicas", """{"replicas": -1}"""),
        Of("weight-zero", "spec.weight", """{"weight": 0}"""),
        Of("weight-too-high", "spec.weight", """{"weight": 101}"""),
        Of("limit-no-quantity", "spec.limits", """{"limits": {"cpu": "many"}}"""),
        Labels("label-of-karpenter", """{"karpenter.sh/own": "x"}"""),
        Labels("label-ends-karpenter", """{"fookarpenter.sh/x": "x"}"""),
        Labels("label-nodepool", """{"karpenter.sh/nodepool": "x"}"""),
        Labels("label-hostname", """{"kubernetes.io/hostname": "x"}"""),
        Labels("label-value", """{"team": "a b"}""", ".team"),
        Labels("label-value-long", $$"""{"team": "{{new string('x', 64)}}"}""", ".team"),
        Requirement("key-of-karpenter", """{"key": "karpenter.sh/own", "operator": "Exists"}""", "[0].key"),
        Requirement("key-of-kwok", """{"key": "karpenter.kwok.sh/own", "operator": "Exists"}""", "[0].key"),
        Requirement("key-nodepool", """{"key": "karpenter.sh/nodepool", "operator": "Exists"}""", "[0].key"),
        Requirement("key-hostname", """{"key": "kubernetes.io/hostname", "operator": "Exists"}""", "[0].key"),
        Requirement("key-no-label", """{"key": "not a key", "operator": "Exists"}""", "[0].key"),
        Requirement("key-too-long", $$"""{"key": "{{new string('x', 317)}}", "operator": "Exists"}""", "[0].key"),
        Requirement("operator-unknown", """{"key": "team", "operator": "Beside"}""", "[0].operator"),
        Requirement("in-without-values", """{"key": "team", "operator": "In", "values": []}"""),
        Requirement("gt-two-values", """{"key": "cores", "operator": "Gt", "values": ["1", "2"]}"""),
        Requirement("lt-no-number", """{"key": "cores", "operator": "Lt", "values": ["few"]}"""),
        Requirement("gte-negative", """{"key": "cores", "operator": "Gte", "values": ["-1"]}"""),
        Requirement("min-values-unmet", """{"key": "team", "operator": "In", "values": ["a"], "minValues": 2}"""),
        Requirement("min-values-zero", """{"key": "team", "operator": "Exists", "minValues": 0}""", "[0].minValues"),
        Requirement("min-values-high", """{"key": "team", "operator": "Exists", "minValues": 51}""", "[0].minValues"),
        Many("requirements-101", $"{Template}.requirements", 101, """{"key": "team", "operator": "Exists"}"""),
        InTemplate("class-group", "nodeClassRef.group", """{"nodeClassRef": {"group": ""}}"""),
        InTemplate("class-kind", "nodeClassRef.kind", """{"nodeClassRef": {"kind": ""}}"""),
        InTemplate("class-name", "nodeClassRef.name", """{"nodeClassRef": {"name": ""}}"""),
        InTemplate("class-version", "nodeClassRef.group", """{"nodeClassRef": {"group": "karpenter.kwok.sh/v1"}}"""),
        InTemplate("taint-key", "taints[0].key", """{"taints": [{"key": "not a key", "effect": "NoSchedule"}]}"""),
        InTemplate("taint-effect", "taints[0].effect", """{"taints": [{"key": "team", "effect": "Never"}]}"""),
        InTemplate(
            "startup-taint",
            "startupTaints[0].effect",
            """{"startupTaints": [{"key": "team", "effect": "Never"}]}"""
        ),
        InTemplate("expire-after", "expireAfter", """{"expireAfter": "soon"}"""),
        InTemplate("expire-negative", "expireAfter", """{"expireAfter": "-1h"}"""),
        InTemplate("grace-never", "terminationGracePeriod", """{"terminationGracePeriod": "Never"}"""),
        Disruption("policy", "consolidationPolicy", """{"consolidationPolicy": "WhenBored"}"""),
        Disruption("consolidate-after", "consolidateAfter", """{"consolidateAfter": "later"}"""),
        Disruption("budget-percent", "budgets[0].nodes", """{"budgets": [{"nodes": "101%"}]}"""),
        Disruption("budget-word", "budgets[0].nodes", """{"budgets": [{"nodes": "some"}]}"""),
        Disruption("budget-cron", "budgets[0].schedule", Budget("whenever", "1h")),
        Disruption("budget-seconds", "budgets[0].duration", Budget("@daily", "90s")),
        Disruption("budget-half", "budgets", """{"budgets": [{"nodes": "1", "schedule": "@daily"}]}"""),
        Disruption("budget-reason", "budgets[0].reasons", """{"budgets": [{"nodes": "1", "reasons": ["Bored"]}]}"""),
        Disruption(
            "budget-twice",
            "budgets[0].reasons",
            """{"budgets": [{"nodes": "1", "reasons": ["Empty", "Empty"]}]}"""
        ),
        Many("budgets-51", "spec.disruption.budgets", 51, """{"nodes": "1"}"""),
        Of("field-unknown", "spec.wieght", """{"wieght": 5}"""),
    ];

    /// <summary>All of them in one file.</summary>
    public static string Yaml { get; } = string.Join("---\n", All.Select(pool => YamlWriter.Write(pool.Manifest)));

    static string Within(string field, string json) => "{\"" + field + "\": " + json + "}";

    static string Budget(string schedule, string duration) =>
        $$"""{"budgets": [{"nodes": "1", "schedule": "{{schedule}}", "duration": "{{duration}}"}]}""";

    static BrokenPool Labels(string rule, string labels, string field = "") =>
        Of(
            rule,
            "spec.template.metadata.labels" + field,
            Within("template", Within("metadata", Within("labels", labels)))
        );

    static BrokenPool Requirement(string rule, string requirement, string field = "") =>
        InTemplate(rule, "requirements" + field, $$"""{"requirements": [{{requirement}}]}""");

    static BrokenPool InTemplate(string rule, string field, string json) =>
        Of(rule, $"{Template}.{field}", Within("template", Within("spec", json)));

    static BrokenPool Disruption(string rule, string field, string json) =>
        Of(rule, $"spec.disruption.{field}", Within("disruption", json));

    static BrokenPool Many(string rule, string field, int count, string item)
    {
        var json = $"[{string.Join(", ", Enumerable.Repeat(item, count))}]";
        foreach (var step in field.Split('.')[1..].Reverse())
            json = Within(step, json);
        return Of(rule, field, json);
    }

    static BrokenPool Of(string rule, string field, string spec, string? written = null)
    {
        var pool = (JsonObject)
            JsonNode.Parse(
                """
                {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": ""}, "spec": {"template": {
                  "metadata": {"labels": {}},
                  "spec": {"requirements": [],
                    "nodeClassRef": {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": "default"}}}}}
                """
            )!;
        pool["metadata"]!["name"] = rule;
        Merge((JsonObject)pool["spec"]!, (JsonObject)JsonNode.Parse(spec)!);
        var last = field[(field.LastIndexOf('.') + 1)..];
        return new BrokenPool(rule, field, written ?? last.Split('[')[0], pool);
    }

    static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
            if (value is JsonObject inner && into[name] is JsonObject outer)
                Merge(outer, inner);
            else
                into[name] = value?.DeepClone();
    }
}
