using System.Collections.Immutable;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Rules;
using Tenon.Controllers.Cluster;
using Tenon.Controllers.Operator;
using Tenon.Domain.Cluster;
using Tenon.Domain.Pods;
using Tenon.Domain.Requirements;
using Tenon.Providers.Port;
using Tenon.Scheduling;

namespace Tenon.Controllers.Provisioning;

/// <summary>Lays before the engine what the stores hold.</summary>
internal sealed class SchedulingInputs(Stores stores, ManagedKinds kinds, ICloudProvider cloud, OperatorOptions options)
{
    public LabelSet WellKnown { get; } = LabelSet.WellKnown.With(cloud.Vocabulary.WellKnownLabels);

    /// <summary>The core's words about labels and the provider's.</summary>
    public LabelVocabulary Vocabulary { get; } =
        LabelVocabulary.Core.With(cloud.Vocabulary.WellKnownLabels, cloud.Vocabulary.RestrictedDomains) with
        {
            Aliases = LabelVocabulary.Core.Aliases.SetItems(cloud.Vocabulary.LabelAliases),
            KnownValues = LabelVocabulary.Core.KnownValues.SetItems(
                cloud.Vocabulary.FixedValues.Select(static pair =>
                    KeyValuePair.Create(pair.Key, pair.Value.ToImmutableArray())
                )
            ),
        };

    public SchedulingOptions Options { get; } =
        new()
        {
            Preferences = options.PreferencePolicy,
            MinValues = options.MinValuesPolicy,
            ReservedCapacity = options.Gates.ReservedCapacity,
            IgnoreResourceClaims = options.IgnoreDraRequests,
            WellKnown = LabelSet.WellKnown.With(cloud.Vocabulary.WellKnownLabels),
        };

    /// <summary>Pools whose node class is ours, in order of name.</summary>
    public ImmutableArray<NodePool> ManagedPools() => [.. stores.Pools.All.Where(kinds.Has)];

    /// <summary>Pods that wait for a node and are ours to serve, and why the others are not.</summary>
    public (ImmutableArray<Pod> Pending, ImmutableArray<(Pod Pod, PodObjection Why)> Ignored) PendingPods(
        ClusterSnapshot cluster
    )
    {
        var pending = ImmutableArray.CreateBuilder<Pod>();
        var ignored = ImmutableArray.CreateBuilder<(Pod, PodObjection)>();
        foreach (var pod in cluster.Unbound.Values)
        {
            if (!pod.IsProvisionable || pod.IsTerminating)
                continue;
            if (PodValidation.Objection(pod, Vocabulary) is { } why)
                ignored.Add((pod, why));
            else
                pending.Add(pod);
        }
        return (pending.ToImmutable(), ignored.ToImmutable());
    }

    /// <summary>A snapshot of everything that topology and volumes depend on.</summary>
    public IClusterLookup Lookup(ClusterSnapshot cluster) =>
        new ClusterLookup
        {
            Namespaces = [.. stores.Namespaces.All],
            BoundPods =
            [
                .. cluster
                    .Nodes.Values.Where(static state => state.Node is not null)
                    .SelectMany(static state =>
                        state.Bound.ByKey.Values.Select(pod => new BoundPod(
                            pod,
                            state.Node!.Metadata.Name ?? "",
                            state.Labels,
                            state.Taints
                        ))
                    ),
            ],
            Claims = stores.VolumeClaims.All,
            Volumes = stores.Volumes.All,
            Classes = stores.StorageClasses.All,
        };

    public ImmutableArray<Pod> Daemons() => DaemonPods.All(stores);
}
