using System.Text.Json.Nodes;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;

namespace Tenon.Api.Conversion;

/// <summary>
/// <c>karpenter.sh/v1beta1</c> NodePools and NodeClaims to <c>v1</c> (core API specification §17.2–17.4), with the
/// safer choices that a one-way conversion can make: what was <c>Never</c> stays <c>Never</c>, and absent budgets
/// become the default.
/// </summary>
internal static class NodePoolConversion
{
    public const string OldVersion = "karpenter.sh/v1beta1";
    public const string NewVersion = "karpenter.sh/v1";
    private const string DefaultExpiry = "720h";

    /// <param name="defaultClass">Fills in the group and kind of references that name only the class.</param>
    /// <param name="kubelet">What the pool said about the kubelet, which is now the node class's business; null when
    /// nothing.</param>
    public static void Pool(Edit edit, NodeClassDefaults defaultClass, out JsonObject? kubelet)
    {
        edit.Root["apiVersion"] = NewVersion;
        edit.Note("apiVersion", $"{OldVersion} is not served any more");
        var template = edit.MapOrNew("spec", "template", "spec");
        Template(edit, template, "spec.template.spec", defaultClass, out kubelet);
        if (Edit.Take(template, "resources") is not null)
            edit.Note("spec.template.spec.resources", "never had a meaning on a pool; limits are in spec.limits");
        Disruption(edit, template);
    }

    /// <param name="expireAfter">The expiry of the claim's pool where it is known; it moved from there to the
    /// claim.</param>
    public static void Claim(Edit edit, NodeClassDefaults defaultClass, string? expireAfter, out JsonObject? kubelet)
    {
        edit.Root["apiVersion"] = NewVersion;
        edit.Note("apiVersion", $"{OldVersion} is not served any more");
        var spec = edit.MapOrNew("spec");
        Template(edit, spec, "spec", defaultClass, out kubelet);
        if (!spec.ContainsKey("expireAfter"))
        {
            spec["expireAfter"] = expireAfter ?? DefaultExpiry;
            edit.Note("spec.expireAfter", "claims carry their own expiry; it comes from the pool");
        }
    }

    private static void Template(
        Edit edit,
        JsonObject spec,
        string path,
        NodeClassDefaults defaultClass,
        out JsonObject? kubelet
    )
    {
        kubelet = Edit.Take(spec, "kubelet") as JsonObject;
        if (kubelet is not null)
            edit.Note($"{path}.kubelet", "belongs to the node class now");
        RestoreKubelet(edit, ref kubelet);
        if (kubelet is { Count: 0 })
            kubelet = null;

        if (spec["nodeClassRef"] is not JsonObject reference)
            throw new ConversionException($"{path}.nodeClassRef", "the pool names no node class");
        Reference(edit, reference, $"{path}.nodeClassRef", defaultClass);
        foreach (var list in (ReadOnlySpan<string>)["taints", "startupTaints"])
        foreach (var taint in (spec[list] as JsonArray ?? []).OfType<JsonObject>())
            if (Edit.Text(taint, "value") is "")
                taint.Remove("value");
        if (!spec.ContainsKey("requirements"))
        {
            spec["requirements"] = new JsonArray();
            edit.Note($"{path}.requirements", "is required now, and may be empty");
        }
    }

    /// <summary>
    /// Objects stored by release 1.0 carry the old kubelet in an annotation, which counts when there is no other.
    /// </summary>
    private static void RestoreKubelet(Edit edit, ref JsonObject? kubelet)
    {
        var annotations = edit.Map("metadata", "annotations");
        if (Edit.Text(annotations, Annotations.KubeletConversion) is { } text)
        {
            annotations!.Remove(Annotations.KubeletConversion);
            edit.Note("metadata.annotations", $"{Annotations.KubeletConversion} has served its purpose");
            try
            {
                kubelet ??= JsonNode.Parse(text) as JsonObject;
            }
            catch (System.Text.Json.JsonException)
            {
                throw new ConversionException("metadata.annotations", $"{Annotations.KubeletConversion} is not JSON");
            }
        }
        if (annotations?.Remove(Annotations.NodeClassReferenceConversion) == true)
            edit.Note("metadata.annotations", $"{Annotations.NodeClassReferenceConversion} has served its purpose");
    }

    public static void Reference(Edit edit, JsonObject reference, string path, NodeClassDefaults defaultClass)
    {
        var version = Edit.Text(reference, "apiVersion") ?? "";
        var group = version.Contains('/', StringComparison.Ordinal)
            ? version[..version.IndexOf('/', StringComparison.Ordinal)]
            : "";
        if (reference.Remove("apiVersion"))
            edit.Note($"{path}.apiVersion", "a reference names the group alone now");
        if (string.IsNullOrEmpty(Edit.Text(reference, "group")))
        {
            reference["group"] = group.Length > 0 ? group : defaultClass.Group;
            edit.Note($"{path}.group", "is required now");
        }
        if (string.IsNullOrEmpty(Edit.Text(reference, "kind")))
        {
            reference["kind"] = defaultClass.Kind;
            edit.Note($"{path}.kind", "is required now");
        }
    }

    private static void Disruption(Edit edit, JsonObject template)
    {
        var disruption = edit.MapOrNew("spec", "disruption");
        var expiry = Edit.Text(disruption, "expireAfter");
        if (disruption.Remove("expireAfter"))
            edit.Note("spec.template.spec.expireAfter", "moved here from spec.disruption");
        if (!template.ContainsKey("expireAfter"))
            template["expireAfter"] = Duration("spec.disruption.expireAfter", expiry ?? DefaultExpiry);

        var policy = Edit.Text(disruption, "consolidationPolicy");
        var after = Edit.Text(disruption, "consolidateAfter");
        if (after is not null)
            Duration("spec.disruption.consolidateAfter", after);
        if (policy is null or "WhenUnderutilized")
        {
            disruption["consolidationPolicy"] = ConsolidationPolicies.WhenEmptyOrUnderutilized;
            if (policy is not null)
                edit.Note(
                    "spec.disruption.consolidationPolicy",
                    "WhenUnderutilized is called WhenEmptyOrUnderutilized now"
                );
            if (after is null)
            {
                disruption["consolidateAfter"] = "0s";
                edit.Note(
                    "spec.disruption.consolidateAfter",
                    "0s keeps the old behaviour: nodes are considered at once"
                );
            }
        }
        else if (after is null)
        {
            disruption["consolidateAfter"] = NillableDuration.NeverText;
            edit.Note(
                "spec.disruption.consolidateAfter",
                "was absent, so empty nodes were never removed; Never keeps that"
            );
        }
        if (!disruption.ContainsKey("budgets") || disruption["budgets"] is null)
        {
            disruption["budgets"] = new JsonArray(new JsonObject { ["nodes"] = "10%" });
            edit.Note("spec.disruption.budgets", "the old default, written out");
        }
    }

    /// <summary>The old pattern was open at its ends, so texts could be stored that nothing can parse.</summary>
    private static string Duration(string path, string text) =>
        NillableDuration.TryParse(text, out _)
            ? text
            : throw new ConversionException(path, $"\"{text}\" is not a duration");
}

/// <summary>The provider's own node class, for old references that leave it out.</summary>
public sealed record NodeClassDefaults(string Group, string Kind)
{
    public static readonly NodeClassDefaults Aws = new("karpenter.k8s.aws", "EC2NodeClass");
    public static readonly NodeClassDefaults Azure = new("karpenter.azure.com", "AKSNodeClass");
    public static readonly NodeClassDefaults Kwok = new(KwokNodeClass.Resource.Group, KwokNodeClass.Resource.Kind);
}
