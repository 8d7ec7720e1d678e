using System.Text.Json.Nodes;

namespace Tenon.Api.Conversion;

/// <summary>
/// <c>AWSNodeTemplate</c> (<c>karpenter.k8s.aws/v1alpha1</c>), or the block that stood inside a Provisioner, to
/// <c>EC2NodeClass</c> in <c>v1beta1</c>: selectors by tag become lists of terms.
/// </summary>
internal static class NodeTemplateConversion
{
    public static void Template(Edit edit)
    {
        edit.Root["apiVersion"] = NodeClassConversion.OldAws;
        edit.Root["kind"] = NodeClassDefaults.Aws.Kind;
        edit.Note("kind", "AWSNodeTemplate is called EC2NodeClass now");
        edit.Root.Remove("status");
        var spec = edit.MapOrNew("spec");
        spec.Remove("apiVersion");
        spec.Remove("kind");
        Terms(edit, spec, "subnetSelector", "subnetSelectorTerms");
        Terms(edit, spec, "securityGroupSelector", "securityGroupSelectorTerms");
        Terms(edit, spec, "amiSelector", "amiSelectorTerms");
        if (spec["launchTemplate"] is not null || spec["launchTemplateName"] is not null)
            throw new ConversionException(
                "spec.launchTemplate",
                "unmanaged launch templates have no successor: say the same in the node class's own fields"
            );
        if (!spec.ContainsKey("amiFamily"))
        {
            spec["amiFamily"] = "AL2";
            edit.Note("spec.amiFamily", "AL2 was the default, and is written out");
        }
        if (!spec.ContainsKey("instanceProfile") && !spec.ContainsKey("role"))
            edit.Note(
                "spec.role",
                "is required, or instanceProfile: the global setting aws.defaultInstanceProfile is gone"
            );
    }

    private static void Terms(Edit edit, JsonObject spec, string from, string to)
    {
        if (Edit.Take(spec, from) is not JsonObject selector)
            return;
        var ids = new List<string>();
        var names = new List<string>();
        string? owner = null;
        var tags = new JsonObject();
        foreach (var (key, value) in selector)
        {
            var text = (value as JsonValue)?.ToString() ?? "";
            switch (key)
            {
                case "aws-ids" or "aws::ids":
                    ids.AddRange(Split(text));
                    break;
                case "aws::name":
                    names.AddRange(Split(text));
                    break;
                case "aws::owners":
                    owner = text;
                    break;
                default:
                    tags[key] = text;
                    break;
            }
        }
        var terms = new JsonArray();
        foreach (var id in ids)
            terms.Add((JsonNode)new JsonObject { ["id"] = id });
        foreach (var name in names)
        {
            var term = new JsonObject { ["name"] = name };
            foreach (var each in Owners(owner))
                terms.Add((JsonNode)WithOwner(term, each));
        }
        if (tags.Count > 0)
            foreach (var each in Owners(from == "amiSelector" ? owner : null))
            foreach (var choice in Choices(tags))
                terms.Add((JsonNode)WithOwner(new JsonObject { ["tags"] = choice }, each));
        spec[to] = terms;
        edit.Note($"spec.{to}", $"{from} is a list of terms now");
    }

    /// <summary>A tag with values between commas meant any of them; terms are the way to say "any".</summary>
    private static IEnumerable<JsonObject> Choices(JsonObject tags)
    {
        IEnumerable<JsonObject> choices =
        [
            [],
        ];
        foreach (var (key, value) in tags)
        {
            var values = Split(value!.GetValue<string>());
            choices = choices
                .SelectMany(choice =>
                    values.Select(one =>
                    {
                        var more = (JsonObject)choice.DeepClone();
                        more[key] = one;
                        return more;
                    })
                )
                .ToList();
        }
        return choices;
    }

    private static IEnumerable<string?> Owners(string? owners) =>
        owners is null ? new string?[] { null } : Split(owners);

    private static JsonObject WithOwner(JsonObject term, string? owner)
    {
        var result = (JsonObject)term.DeepClone();
        if (owner is not null)
            result["owner"] = owner;
        return result;
    }

    private static List<string> Split(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        return parts.Count > 0 ? parts : [text];
    }
}
