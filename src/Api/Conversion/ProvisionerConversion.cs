using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Names;

namespace Tenon.Api.Conversion;

/// <summary>
/// <c>v1alpha5</c> Provisioners to <c>v1beta1</c> NodePools (core API specification §17.6); the next step makes them
/// v1.
/// </summary>
internal static class ProvisionerConversion
{
    public const string OldVersion = "karpenter.sh/v1alpha5";

    private static readonly string[] AwsTypeKeys =
    [
        WellKnownLabels.InstanceType,
        "karpenter.k8s.aws/instance-family",
        "karpenter.k8s.aws/instance-category",
        "karpenter.k8s.aws/instance-generation",
    ];

    /// <param name="inlineProvider">A node class that was written inside the Provisioner, to be made into an object of
    /// its own.</param>
    public static void Provisioner(Edit edit, out JsonObject? inlineProvider)
    {
        edit.Root["apiVersion"] = NodePoolConversion.OldVersion;
        edit.Root["kind"] = "NodePool";
        edit.Note("kind", "a Provisioner is called NodePool now");
        edit.Root.Remove("status");
        var spec = edit.MapOrNew("spec");
        var template = new JsonObject();
        Move(spec, "labels", template, "metadata", "labels");
        Move(spec, "annotations", template, "metadata", "annotations");
        foreach (var field in (ReadOnlySpan<string>)["taints", "startupTaints", "requirements"])
            Move(spec, field, template, "spec", field);
        if (Edit.Take(spec, "kubeletConfiguration") is JsonObject kubelet)
        {
            kubelet.Remove("containerRuntime");
            Put(template, kubelet, "spec", "kubelet");
        }
        inlineProvider = Edit.Take(spec, "provider") as JsonObject;
        Put(template, Reference(edit, spec, inlineProvider), "spec", "nodeClassRef");
        Put(template, Requirements(edit, template, IsAws(template)), "spec", "requirements");
        spec["disruption"] = Disruption(edit, spec);
        if (Edit.Take(spec, "limits") is JsonObject limits && limits["resources"] is JsonObject resources)
            spec["limits"] = resources.DeepClone();
        spec["template"] = template;
        Rename(edit, template);
        edit.Note("spec.template", "labels, taints, requirements and the kubelet of the nodes moved here");
    }

    /// <summary>A Machine to a <c>v1beta1</c> NodeClaim: another name for the same thing.</summary>
    public static void Machine(Edit edit)
    {
        edit.Root["apiVersion"] = NodePoolConversion.OldVersion;
        edit.Root["kind"] = "NodeClaim";
        edit.Note("kind", "a Machine is called NodeClaim now");
        Edit.Rename(edit.Map("metadata", "labels"), "karpenter.sh/provisioner-name", WellKnownLabels.NodePool);
        var spec = edit.MapOrNew("spec");
        Edit.Rename(spec, "kubeletConfiguration", "kubelet");
        if (Edit.Take(spec, "machineTemplateRef") is JsonObject reference)
            spec["nodeClassRef"] = ToNodeClass(edit, reference, "spec.nodeClassRef");
        foreach (var condition in (edit.Map("status")?["conditions"] as JsonArray ?? []).OfType<JsonObject>())
            if (Edit.Text(condition, "type") is { } type && type.StartsWith("Machine", StringComparison.Ordinal))
                condition["type"] = type["Machine".Length..];
    }

    private static JsonObject ToNodeClass(Edit edit, JsonObject reference, string path)
    {
        if (Edit.Text(reference, "kind") is not (null or "AWSNodeTemplate"))
            return reference;
        reference["apiVersion"] = "karpenter.k8s.aws/v1beta1";
        reference["kind"] = NodeClassDefaults.Aws.Kind;
        edit.Note(path, "AWSNodeTemplate is called EC2NodeClass now");
        return reference;
    }

    private static JsonObject Reference(Edit edit, JsonObject spec, JsonObject? inlineProvider)
    {
        if (inlineProvider is not null)
        {
            edit.Note("spec.template.spec.nodeClassRef", "spec.provider became an EC2NodeClass of its own");
            return new JsonObject
            {
                ["apiVersion"] = "karpenter.k8s.aws/v1beta1",
                ["kind"] = NodeClassDefaults.Aws.Kind,
                ["name"] = Edit.Text(edit.Map("metadata"), "name"),
            };
        }
        if (Edit.Take(spec, "providerRef") is not JsonObject reference)
            throw new ConversionException("spec.providerRef", "the Provisioner names no node template");
        return ToNodeClass(edit, reference, "spec.template.spec.nodeClassRef");
    }

    /// <summary>
    /// What the old admission added when the key was missing, written out so that the same machines are bought.
    /// </summary>
    private static JsonArray Requirements(Edit edit, JsonObject template, bool isAws)
    {
        var requirements = (template["spec"] as JsonObject)?["requirements"]?.DeepClone() as JsonArray ?? [];
        var labels = (template["metadata"] as JsonObject)?["labels"] as JsonObject;
        bool Has(string key) =>
            labels?.ContainsKey(key) == true
            || requirements
                .OfType<JsonObject>()
                .Any(each => WellKnownLabels.Normalize(Edit.Text(each, "key") ?? "") == key);
        void Add(string key, string op, params ReadOnlySpan<string> values)
        {
            var list = new JsonArray();
            foreach (var value in values)
                list.Add((JsonNode)value);
            requirements.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["key"] = key,
                        ["operator"] = op,
                        ["values"] = list,
                    }
            );
            edit.Note("spec.template.spec.requirements", $"{key} was implied, and is written out");
        }
        var hasType = AwsTypeKeys.Any(Has);
        if (!Has(WellKnownLabels.Os))
            Add(WellKnownLabels.Os, Operators.In, OperatingSystems.Linux);
        if (!Has(WellKnownLabels.Arch))
            Add(WellKnownLabels.Arch, Operators.In, Architectures.Amd64);
        if (!Has(WellKnownLabels.CapacityType))
            Add(WellKnownLabels.CapacityType, Operators.In, CapacityTypes.OnDemand);
        if (isAws && !hasType)
        {
            Add("karpenter.k8s.aws/instance-category", Operators.In, "c", "m", "r");
            Add("karpenter.k8s.aws/instance-generation", Operators.Gt, "2");
        }
        return requirements;
    }

    private static JsonObject Disruption(Edit edit, JsonObject spec)
    {
        var consolidation = Edit.Take(spec, "consolidation") as JsonObject;
        var whenEmpty = Seconds(Edit.Take(spec, "ttlSecondsAfterEmpty"), "spec.ttlSecondsAfterEmpty");
        var expiry = Seconds(Edit.Take(spec, "ttlSecondsUntilExpired"), "spec.ttlSecondsUntilExpired");
        edit.Note("spec.disruption", "consolidation and the two ttlSeconds fields are said here");
        var disruption = new JsonObject();
        if (consolidation?["enabled"] is JsonValue enabled && enabled.GetValueKind() == JsonValueKind.True)
            disruption["consolidationPolicy"] = "WhenUnderutilized";
        else
        {
            disruption["consolidationPolicy"] = ConsolidationPolicies.WhenEmpty;
            disruption["consolidateAfter"] = whenEmpty is null ? "Never" : $"{whenEmpty}s";
        }
        disruption["expireAfter"] = expiry is null ? "Never" : $"{expiry}s";
        return disruption;
    }

    private static string? Seconds(JsonNode? value, string path) =>
        value switch
        {
            null => null,
            JsonValue number
                when long.TryParse(
                    number.ToJsonString(),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var seconds
                ) => seconds.ToString(CultureInfo.InvariantCulture),
            _ => throw new ConversionException(path, "is not a number of seconds"),
        };

    private static void Rename(Edit edit, JsonObject template)
    {
        foreach (
            var map in (ReadOnlySpan<JsonObject?>)
                [
                    edit.Map("metadata", "annotations"),
                    (template["metadata"] as JsonObject)?["annotations"] as JsonObject,
                ]
        )
        {
            Edit.Rename(map, "karpenter.sh/do-not-consolidate", Annotations.DoNotDisrupt);
            Edit.Rename(map, "karpenter.sh/do-not-evict", Annotations.DoNotDisrupt);
            Edit.Rename(map, "karpenter.sh/provisioner-hash", Annotations.NodePoolHash);
        }
    }

    private static bool IsAws(JsonObject template) =>
        ((template["spec"] as JsonObject)?["nodeClassRef"] as JsonObject)?["kind"]?.GetValue<string>()
        == NodeClassDefaults.Aws.Kind;

    private static void Move(JsonObject from, string field, JsonObject template, string part, string name)
    {
        if (Edit.Take(from, field) is { } value)
            Put(template, value, part, name);
    }

    private static void Put(JsonObject template, JsonNode value, string part, string name)
    {
        if (template[part] is not JsonObject map)
            template[part] = map = [];
        map[name] = value;
    }
}
