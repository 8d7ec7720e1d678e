using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;

namespace Tenon.Api.Conversion;

/// <summary>
/// What release 1.0's conversion webhook did, both ways and to the letter (core API specification §17.4): objects that
/// went through it must come out the same. For manifests use <see cref="Migration"/>, which loses less.
/// </summary>
public static class WebhookConversion
{
    /// <param name="to"><c>karpenter.sh/v1</c> or <c>karpenter.sh/v1beta1</c>.</param>
    /// <param name="expiryOfPool">The <c>expireAfter</c> of a NodePool by name, or null where there is none.</param>
    /// <param name="fault">Why the object cannot be converted; null when it was.</param>
    public static JsonObject? Convert(
        JsonObject source,
        string to,
        NodeClassDefaults defaultClass,
        Func<string, string?> expiryOfPool,
        out string? fault
    )
    {
        fault = null;
        var edit = new Edit(source);
        var (from, kind) = (Edit.Text(source, "apiVersion"), Edit.Text(source, "kind"));
        try
        {
            switch (from, to, kind)
            {
                case var _ when from == to:
                    break;
                case (NodePoolConversion.OldVersion, NodePoolConversion.NewVersion, "NodePool"):
                    Up(edit, ["spec", "template", "spec"], defaultClass);
                    PoolUp(edit);
                    break;
                case (NodePoolConversion.OldVersion, NodePoolConversion.NewVersion, "NodeClaim"):
                    Up(edit, ["spec"], defaultClass);
                    ClaimUp(edit, expiryOfPool);
                    break;
                case (NodePoolConversion.NewVersion, NodePoolConversion.OldVersion, "NodePool"):
                    Down(edit, ["spec", "template", "spec"]);
                    PoolDown(edit);
                    break;
                case (NodePoolConversion.NewVersion, NodePoolConversion.OldVersion, "NodeClaim"):
                    Down(edit, ["spec"]);
                    edit.MapOrNew("spec").Remove("expireAfter");
                    break;
                default:
                    fault = $"{kind} cannot be converted from {from} to {to}";
                    return null;
            }
        }
        catch (ConversionException refused)
        {
            fault = $"{refused.Path}: {refused.Message}";
            return null;
        }
        return edit.Root;
    }

    private static void Up(Edit edit, string[] path, NodeClassDefaults defaultClass)
    {
        edit.Root["apiVersion"] = NodePoolConversion.NewVersion;
        var spec = edit.MapOrNew(path);
        var annotations = edit.MapOrNew("metadata", "annotations");
        if (Edit.Take(spec, "kubelet") is { } kubelet)
            annotations[Annotations.KubeletConversion] = kubelet.ToJsonString();
        else
            annotations.Remove(Annotations.KubeletConversion);
        if (spec["nodeClassRef"] is not JsonObject reference)
            throw new ConversionException(string.Join('.', path) + ".nodeClassRef", "is missing");
        annotations[Annotations.NodeClassReferenceConversion] = reference.ToJsonString();
        NodePoolConversion.Reference(edit, reference, "nodeClassRef", defaultClass);
    }

    private static void PoolUp(Edit edit)
    {
        var template = edit.MapOrNew("spec", "template", "spec");
        template.Remove("resources");
        var disruption = edit.MapOrNew("spec", "disruption");
        if (Edit.Take(disruption, "expireAfter") is { } expiry)
            template["expireAfter"] = expiry;
        if (Edit.Text(disruption, "consolidationPolicy") is null or "WhenUnderutilized")
        {
            disruption["consolidationPolicy"] = ConsolidationPolicies.WhenEmptyOrUnderutilized;
            disruption["consolidateAfter"] = "0s";
        }
        else if (!disruption.ContainsKey("consolidateAfter"))
            disruption["consolidateAfter"] = NillableDuration.NeverText;
        if (disruption["budgets"] is null)
            disruption["budgets"] = new JsonArray();
    }

    private static void ClaimUp(Edit edit, Func<string, string?> expiryOfPool)
    {
        var pool = Edit.Text(edit.Map("metadata", "labels"), WellKnownLabels.NodePool);
        if (pool is not null && expiryOfPool(pool) is { } expiry)
            edit.MapOrNew("spec")["expireAfter"] = expiry;
    }

    private static void Down(Edit edit, string[] path)
    {
        edit.Root["apiVersion"] = NodePoolConversion.OldVersion;
        var spec = edit.MapOrNew(path);
        var annotations = edit.Map("metadata", "annotations");
        spec.Remove("terminationGracePeriod");
        if (Restored(annotations, Annotations.NodeClassReferenceConversion) is { } old)
            spec["nodeClassRef"] = old;
        else if (spec["nodeClassRef"] is JsonObject reference)
            reference.Remove("group");
        if (Restored(annotations, Annotations.KubeletConversion) is { } kubelet)
            spec["kubelet"] = kubelet;
        annotations?.Remove(Annotations.StoredVersionMigrated);
        if (annotations is { Count: 0 })
            edit.Map("metadata")!.Remove("annotations");
    }

    private static void PoolDown(Edit edit)
    {
        var template = edit.MapOrNew("spec", "template", "spec");
        var disruption = edit.MapOrNew("spec", "disruption");
        if (Edit.Take(template, "expireAfter") is { } expiry)
            disruption["expireAfter"] = expiry;
        if (Edit.Text(disruption, "consolidationPolicy") == ConsolidationPolicies.WhenEmptyOrUnderutilized)
        {
            disruption["consolidationPolicy"] = "WhenUnderutilized";
            disruption.Remove("consolidateAfter");
        }
        foreach (var budget in (disruption["budgets"] as JsonArray ?? []).OfType<JsonObject>())
            budget.Remove("reasons");
    }

    private static JsonNode? Restored(JsonObject? annotations, string name)
    {
        if (Edit.Text(annotations, name) is not { } text)
            return null;
        annotations!.Remove(name);
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw new ConversionException("metadata.annotations", $"{name} is not JSON");
        }
    }
}
