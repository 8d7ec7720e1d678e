using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.InstanceTypes;

/// <summary>
/// Learns from registered nodes how much memory a type really shows under an image (AWS provider specification §4.7).
/// </summary>
internal sealed class MemoryDiscovery(
    Informer<Node> nodes,
    Informer<NodeClaim> claims,
    Informer<Ec2NodeClass> classes,
    TypeBook types
) : IReconciler<ObjectKey>
{
    public async ValueTask<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (
            nodes.Get(null, key.Name) is not { } node
            || node.Metadata.Labels.GetValueOrDefault(WellKnownLabels.Registered) != "true"
            || node.Status.Capacity.Of("memory") is not { IsZero: false } memory
            || claims.All.FirstOrDefault(it => it.Status.ProviderId == node.Spec.ProviderId) is not { } claim
            || classes.Get(null, claim.Spec.NodeClassRef.Name) is not { } nodeClass
            || !node.Metadata.Labels.TryGetValue(WellKnownLabels.InstanceType, out var name)
            || await types.TypesAsync(nodeClass, cancel) is not InstanceTypesOutcome.Known known
            || known.Types.FirstOrDefault(it => it.Name == name) is not { } type
            // Under another image the figure would be another one.
            || ImageChoice.For(nodeClass.Status?.Amis ?? [], type)?.Id != claim.Status.ImageId
        )
            return Requeue.Never;
        types.Memory.Saw(name, nodeClass, memory.ToUnits());
        return Requeue.Never;
    }
}
