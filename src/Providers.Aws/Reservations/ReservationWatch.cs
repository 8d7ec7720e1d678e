using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Requests;
using Tenon.Kube.Runtime.Controllers;
using Tenon.Kube.Runtime.Stores;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Reservations;

/// <summary>
/// Follows instances that leave their reservation, and gives up machines of capacity blocks before EC2 takes them
/// (AWS provider specification §5.10).
/// </summary>
internal sealed class ReservationWatch(
    KubeClient kube,
    Informer<NodeClaim> claims,
    Informer<Node> nodes,
    Informer<Ec2NodeClass> classes,
    InstanceBook instances
)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>Instances that now run on demand: their claims and nodes say so.</summary>
    public async ValueTask<Requeue> DemoteAsync(CancellationToken cancel)
    {
        var reserved = claims.All.Where(claim => !claim.Metadata.IsDeleting && IsReserved(claim.Metadata)).ToArray();
        var nodesReserved = nodes.All.Where(node => IsReserved(node.Metadata)).ToArray();
        if (reserved.Length == 0 && nodesReserved.Length == 0)
            return Requeue.In(Period);
        var listed = await instances.ListAsync(cancel);
        if (!listed.IsOk)
            throw new AwsTransportException(listed.Error.ToString());
        var onDemand = listed
            .Value.Where(it => it.CapacityType(reservedCapacity: true) == CapacityTypes.OnDemand)
            .Select(it => it.Id)
            .ToImmutableSortedSet(StringComparer.Ordinal);
        bool Left(string? providerId) => MachineClaims.InstanceIdOf(providerId) is { } id && onDemand.Contains(id);
        foreach (var claim in reserved.Where(claim => Left(claim.Status.ProviderId)))
            await DemoteAsync(claim, cancel);
        foreach (var node in nodesReserved.Where(node => Left(node.Spec.ProviderId)))
            await DemoteAsync(node, cancel);
        return Requeue.In(Period);
    }

    /// <summary>Claims in a block that ends soon are deleted, so that their pods move in good order.</summary>
    public async ValueTask<Requeue> ExpireAsync(CancellationToken cancel)
    {
        var expiring = classes
            .All.SelectMany(it => it.Status?.CapacityReservations ?? [])
            .Where(it => it.State == "expiring")
            .Select(it => it.Id)
            .ToImmutableSortedSet(StringComparer.Ordinal);
        foreach (var claim in claims.All.ToArray())
            if (
                !claim.Metadata.IsDeleting
                && claim.Metadata.Labels.TryGetValue(Ec2Labels.ReservationId, out var id)
                && expiring.Contains(id)
            )
            {
                var deleted = await kube.DeleteAsync(claim, null, cancel);
                if (!deleted.IsNotFound)
                    deleted.OrThrow();
            }
        return Requeue.In(Period);
    }

    private static bool IsReserved(ObjectMeta meta) =>
        meta.Labels.GetValueOrDefault(WellKnownLabels.CapacityType) == CapacityTypes.Reserved;

    /// <summary>
    /// The label that tells whether the reservation could be interrupted stays, as upstream leaves it.
    /// </summary>
    private async ValueTask DemoteAsync<T>(T item, CancellationToken cancel)
        where T : class, Api.IKubeObject<T>
    {
        var labels = item
            .Metadata.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItem(WellKnownLabels.CapacityType, CapacityTypes.OnDemand)
            .Remove(Ec2Labels.ReservationId)
            .Remove(Ec2Labels.ReservationType);
        var written = await kube.MergeAsync(
            item,
            item.With(item.Metadata with { Labels = labels }),
            ifUnchanged: true,
            cancel
        );
        if (!written.IsNotFound)
            written.OrThrow();
    }
}
