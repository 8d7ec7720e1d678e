using System.Collections.Immutable;
using Tenon.Api.Core;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// The cluster's default spread constraints, given to pods that have none, with a selector deduced from the Services
/// that select the pod and from its controller (scheduling specification §8.8).
/// </summary>
internal sealed class DefaultSpread(ImmutableArray<TopologySpreadConstraint> constraints, IClusterLookup lookup)
{
    public bool IsEmpty => constraints.IsEmpty;

    public Pod Inject(Pod pod)
    {
        if (IsEmpty || pod.Spec.TopologySpreadConstraints.Count > 0 || Deduce(pod) is not { } selector)
            return pod;
        TopologySpreadConstraint[] own = [.. constraints.Select(it => it with { LabelSelector = selector })];
        return pod with { Spec = pod.Spec with { TopologySpreadConstraints = own } };
    }

    private LabelSelector? Deduce(Pod pod)
    {
        var space = pod.Metadata.Namespace ?? "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in lookup.Services(space))
            if (service.Spec.Selector.All(it => pod.Metadata.Labels.GetValueOrDefault(it.Key) == it.Value))
                foreach (var (key, value) in service.Spec.Selector)
                    labels[key] = value;
        var expressions = new List<LabelSelectorRequirement>();
        if (pod.Metadata.OwnerReferences.FirstOrDefault(it => it.Controller == true) is { } owner)
            switch (owner.ApiVersion, owner.Kind)
            {
                case ("v1", "ReplicationController"):
                    var controller = lookup.ReplicationController(space, owner.Name);
                    foreach (var (key, value) in controller?.Spec?.Selector ?? new Dictionary<string, string>())
                        labels[key] = value;
                    break;
                case ("apps/v1", "ReplicaSet"):
                    expressions.AddRange(Flatten(lookup.ReplicaSet(space, owner.Name)?.Spec?.Selector));
                    break;
                case ("apps/v1", "StatefulSet"):
                    expressions.AddRange(Flatten(lookup.StatefulSet(space, owner.Name)?.Spec?.Selector));
                    break;
            }
        if (labels.Count == 0 && expressions.Count == 0)
            return null;
        return new LabelSelector { MatchLabels = labels, MatchExpressions = expressions };
    }

    private static IEnumerable<LabelSelectorRequirement> Flatten(LabelSelector? selector)
    {
        if (selector is null)
            return [];
        return selector
            .MatchLabels.OrderBy(it => it.Key, StringComparer.Ordinal)
            .Select(it => new LabelSelectorRequirement
            {
                Key = it.Key,
                Operator = "In",
                Values = [it.Value],
            })
            .Concat(selector.MatchExpressions);
    }
}
