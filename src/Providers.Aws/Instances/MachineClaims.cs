using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Instances;

/// <summary>An instance as a claim (AWS provider specification §5.7). Pure functions.</summary>
public static class MachineClaims
{
    private const string Scheme = "aws:///";

    /// <summary>The id at the end of <c>aws:///ZONE/ID</c>; null for anything else.</summary>
    public static string? InstanceIdOf(string? providerId)
    {
        if (providerId?.StartsWith(Scheme, StringComparison.Ordinal) != true)
            return null;
        var slash = providerId.LastIndexOf('/');
        var id = providerId[(slash + 1)..];
        return slash >= Scheme.Length && id.Length > 0 ? id : null;
    }

    /// <param name="type">Null when the type is not known any more: then only what the instance says is told.</param>
    /// <param name="nodeClass">Null when it is gone.</param>
    /// <param name="group">The placement group of the class.</param>
    /// <param name="partition">The partition asked for; empty is filled in when the node registers.</param>
    public static NodeClaim Of(
        Ec2Instance instance,
        InstanceType? type,
        Ec2NodeClass? nodeClass,
        Ec2PlacementGroup? group,
        string partition,
        bool reservedCapacity
    )
    {
        var capacityType = instance.CapacityType(reservedCapacity);
        var labels = TypeLabels(type);
        labels[WellKnownLabels.Zone] = instance.Zone;
        labels[WellKnownLabels.CapacityType] = capacityType;
        labels[WellKnownLabels.InstanceType] = instance.InstanceType;
        if (instance.Tenancy is { Length: > 0 } tenancy)
            labels[Ec2Labels.Tenancy] = tenancy;
        if ((nodeClass?.Status?.Subnets ?? []).FirstOrDefault(it => it.Zone == instance.Zone)?.ZoneId is { } zoneId)
            labels[Ec2Labels.ZoneId] = zoneId;
        if (capacityType == CapacityTypes.Reserved)
            AddReservation(labels, instance, nodeClass);
        if (group is not null)
        {
            labels[Ec2Labels.PlacementGroupId] = group.Id;
            if (group.Strategy == "partition")
                labels[Ec2Labels.PlacementGroupPartition] = partition;
        }
        if (instance.Tags.TryGetValue(WellKnownLabels.NodePool, out var pool) && pool.Length > 0)
            labels[WellKnownLabels.NodePool] = pool;
        return new NodeClaim
        {
            Metadata = new ObjectMeta
            {
                Name = instance.Tags.GetValueOrDefault(NodeTags.NodeClaim),
                Labels = labels,
                CreationTimestamp = instance.LaunchedAt,
                DeletionTimestamp = instance.IsEnding ? instance.LaunchedAt ?? DateTimeOffset.UnixEpoch : null,
            },
            Status = new NodeClaimStatus
            {
                ProviderId = instance.ProviderId,
                ImageId = instance.ImageId,
                Capacity = Told(type?.Capacity, instance),
                Allocatable = Told(type?.Allocatable, instance),
            },
        };
    }

    private static SortedDictionary<string, string> TypeLabels(InstanceType? type)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (type is null)
            return labels;
        foreach (var requirement in type.Requirements)
            if (
                requirement is { IsComplement: false, Values: [var only] }
                && requirement.Key
                    is not (
                        Ec2Labels.ReservationId
                        or Ec2Labels.ReservationType
                        or Ec2Labels.ReservationInterruptible
                        or Ec2Labels.ZoneId
                    )
            )
                labels[requirement.Key] = only;
        return labels;
    }

    private static void AddReservation(
        SortedDictionary<string, string> labels,
        Ec2Instance instance,
        Ec2NodeClass? nodeClass
    )
    {
        var known = (nodeClass?.Status?.CapacityReservations ?? []).FirstOrDefault(it =>
            it.Id == instance.ReservationId
        );
        labels[Ec2Labels.ReservationId] = instance.ReservationId ?? "";
        labels[Ec2Labels.ReservationType] =
            known?.ReservationType ?? (instance.Lifecycle == "capacity-block" ? "capacity-block" : "default");
        labels[Ec2Labels.ReservationInterruptible] =
            (known?.Interruptible ?? instance.Lifecycle == "interruptible-capacity-reservation") ? "true" : "false";
    }

    /// <summary>EFA is told only where the instance has such interfaces.</summary>
    private static ResourceList Told(ResourceList? amounts, Ec2Instance instance) =>
        amounts is null ? ResourceList.Empty
        : instance.EfaInterfaces > 0 ? amounts
        : amounts.Without(Ec2Resources.Efa);
}
