using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tenon.Api.Json;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Rules;

/// <summary>Defaults and admission of claims (core API specification §4.1).</summary>
public static class NodeClaimRules
{
    public static NodeClaim Default(NodeClaim claim) =>
        claim with
        {
            Spec = claim.Spec with { ExpireAfter = claim.Spec.ExpireAfter ?? TemplateRules.DefaultExpireAfter },
        };

    /// <summary>Empty when admitted.</summary>
    /// <param name="old">The stored claim when this is an update; its spec may not change.</param>
    public static ImmutableArray<FieldError> Validate(NodeClaim claim, NodeClaim? old)
    {
        var faults = new Faults();
        var spec = claim.Spec;
        TemplateRules.AdmitTaints(faults, "spec.taints", spec.Taints);
        TemplateRules.AdmitTaints(faults, "spec.startupTaints", spec.StartupTaints);
        TemplateRules.AdmitDurations(faults, "spec", spec.ExpireAfter, spec.TerminationGracePeriod);
        RequirementRules.Admit(faults, "spec.requirements", spec.Requirements, allowPoolKey: true);
        TemplateRules.AdmitNodeClass(faults, "spec.nodeClassRef", spec.NodeClassRef);
        faults.When(old is not null && !Same(old, claim), "spec", "spec is immutable");
        return faults.All;
    }

    private static bool Same(NodeClaim a, NodeClaim b) =>
        JsonNode.DeepEquals(
            JsonNode.Parse(ApiJson.WriteText(a))!["spec"],
            JsonNode.Parse(ApiJson.WriteText(b))!["spec"]
        );
}
