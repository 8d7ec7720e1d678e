using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;

namespace Tenon.Scheduling;

/// <summary>What a pool's template promises about every node made from it.</summary>
public static class TemplateRequirements
{
    /// <summary>
    /// Template labels, the pool's name and its node class: the labels a claim carries from the start.
    /// </summary>
    public static SortedDictionary<string, string> Labels(NodePool pool)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pool.Spec.Template.Metadata.Labels ?? new Dictionary<string, string>())
            labels[key] = value;
        labels[WellKnownLabels.NodePool] = pool.Metadata.Name ?? "";
        var nodeClass = pool.Spec.Template.Spec.NodeClassRef;
        if (nodeClass.Kind.Length > 0)
            labels[WellKnownLabels.NodeClass(nodeClass.Group, nodeClass.Kind)] = nodeClass.Name;
        return labels;
    }

    /// <summary>The pool's requirements and labels, without the keys that only exist inside a simulation.</summary>
    public static RequirementSet Of(NodePool pool) =>
        NodeRequirements.From(pool.Spec.Template.Spec.Requirements).Add(RequirementSet.FromLabels(Labels(pool)));

    /// <summary>
    /// DaemonSets and pods may select nodes that are registered and initialised; a planned node will be both.
    /// </summary>
    public static RequirementSet Simulated(NodePool pool) =>
        Of(pool)
            .Add(
                Requirement.In(WellKnownLabels.Registered, "true"),
                Requirement.In(WellKnownLabels.Initialized, "true")
            );

    public static bool IsSimulationOnly(string key) =>
        key is WellKnownLabels.Hostname or WellKnownLabels.Registered or WellKnownLabels.Initialized;
}
