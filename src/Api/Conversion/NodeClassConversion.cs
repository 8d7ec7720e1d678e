using System.Text.Json.Nodes;

namespace Tenon.Api.Conversion;

/// <summary>Node classes of the clouds to the version served now (core API specification §17.5).</summary>
internal static class NodeClassConversion
{
    public const string OldAws = "karpenter.k8s.aws/v1beta1";
    public const string NewAws = "karpenter.k8s.aws/v1";
    public const string OldestAws = "karpenter.k8s.aws/v1alpha1";
    public const string OldAzure = "karpenter.azure.com/v1alpha2";
    public const string NewAzure = "karpenter.azure.com/v1beta1";
    private const string UbuntuAnnotation = "compatibility.karpenter.k8s.aws/v1beta1-ubuntu";
    private const string AliasAnnotation = "compatibility.karpenter.k8s.aws/v1-alias-version";

    public static void Azure(Edit edit)
    {
        edit.Root["apiVersion"] = NewAzure;
        edit.Note("apiVersion", "the same schema under its newer version");
    }

    public static void Aws(Edit edit)
    {
        edit.Root["apiVersion"] = NewAws;
        edit.Note("apiVersion", $"{OldAws} is not served any more");
        var spec = edit.MapOrNew("spec");
        Images(edit, spec);
        if (spec["metadataOptions"] is not JsonObject options)
            spec["metadataOptions"] = options = [];
        if (!options.ContainsKey("httpPutResponseHopLimit"))
        {
            options["httpPutResponseHopLimit"] = 2;
            edit.Note(
                "spec.metadataOptions.httpPutResponseHopLimit",
                "the default fell from 2 to 1; 2 keeps the old behaviour"
            );
        }
    }

    private static void Images(Edit edit, JsonObject spec)
    {
        var family = Edit.Text(spec, "amiFamily");
        var hasTerms = spec["amiSelectorTerms"] is JsonArray { Count: > 0 };
        switch (family)
        {
            case "AL2" or "AL2023" or "Bottlerocket" or "Windows2019" or "Windows2022" when !hasTerms:
                var annotations = edit.Map("metadata", "annotations");
                var version = Edit.Text(annotations, AliasAnnotation) ?? "latest";
                annotations?.Remove(AliasAnnotation);
                spec.Remove("amiFamily");
                spec["amiSelectorTerms"] = new JsonArray(
                    new JsonObject { ["alias"] = $"{family.ToLowerInvariant()}@{version}" }
                );
                edit.Note("spec.amiSelectorTerms", "an alias stands for the image family");
                break;
            case "AL2" or "AL2023" or "Bottlerocket" or "Windows2019" or "Windows2022":
                break;
            case "Ubuntu":
                Ubuntu(edit, spec, hasTerms);
                break;
            case "Custom":
                break;
            default:
                spec["amiFamily"] = "Custom";
                edit.Note("spec.amiFamily", "an absent family is Custom");
                break;
        }
    }

    /// <summary>
    /// Ubuntu has no family of its own any more: AL2's bootstrapping over the images the terms choose.
    /// </summary>
    private static void Ubuntu(Edit edit, JsonObject spec, bool hasTerms)
    {
        var changed = new List<string> { "amiFamily" };
        spec["amiFamily"] = "AL2";
        if (spec["blockDeviceMappings"] is not JsonArray { Count: > 0 })
        {
            changed.Add("blockDeviceMappings");
            spec["blockDeviceMappings"] = new JsonArray(
                new JsonObject
                {
                    ["deviceName"] = "/dev/sda1",
                    ["rootVolume"] = true,
                    ["ebs"] = new JsonObject
                    {
                        ["encrypted"] = true,
                        ["volumeType"] = "gp3",
                        ["volumeSize"] = "20Gi",
                    },
                }
            );
        }
        if (!hasTerms)
        {
            changed.Add("incompatible");
            spec["amiSelectorTerms"] = new JsonArray(new JsonObject { ["id"] = "ami-placeholder" });
            edit.Note(
                "spec.amiSelectorTerms",
                "Ubuntu images must be selected now: put their id in place of ami-placeholder"
            );
        }
        edit.MapOrNew("metadata", "annotations")[UbuntuAnnotation] = string.Join(',', changed);
        edit.Note("spec.amiFamily", "Ubuntu is AL2 with Ubuntu's images");
    }
}
