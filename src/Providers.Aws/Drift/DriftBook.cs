using Tenon.Api.Aws;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.Images;
using Tenon.Providers.Aws.Instances;
using Tenon.Providers.Aws.Placement;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.Drift;

/// <summary>Whether a machine still is what its class asks for (AWS provider specification §7.1).</summary>
internal sealed class DriftBook(InstanceBook instances, PlacementBook placements)
{
    public const string NodeClassDrift = "NodeClassDrift";
    public const string AmiDrift = "AMIDrift";
    public const string SecurityGroupDrift = "SecurityGroupDrift";
    public const string SubnetDrift = "SubnetDrift";
    public const string CapacityReservationDrift = "CapacityReservationDrift";
    public const string PlacementGroupDrift = "PlacementGroupDrift";

    /// <summary>Both sides must have a hash of one version to be compared.</summary>
    public static string? OfHash(NodeClaim claim, Ec2NodeClass nodeClass)
    {
        var (mine, theirs) = (claim.Metadata.Annotations, nodeClass.Metadata.Annotations);
        return
            mine.TryGetValue(AwsAnnotations.Hash, out var was)
            && theirs.TryGetValue(AwsAnnotations.Hash, out var asked)
            && mine.TryGetValue(AwsAnnotations.HashVersion, out var wasVersion)
            && theirs.TryGetValue(AwsAnnotations.HashVersion, out var askedVersion)
            && wasVersion == askedVersion
            && was != asked
            ? NodeClassDrift
            : null;
    }

    /// <summary>Everything but the hash. Throws when it cannot be known.</summary>
    public async ValueTask<string?> ReasonAsync(
        NodeClaim claim,
        Ec2NodeClass nodeClass,
        ImmutableArray<InstanceType> types,
        CancellationToken cancel
    )
    {
        if (OfImage(claim, nodeClass, types) is { } image)
            return image;
        var id =
            MachineClaims.InstanceIdOf(claim.Status.ProviderId)
            ?? throw new CloudUnavailableException($"\"{claim.Status.ProviderId}\" is no provider id of EC2's");
        var instance = await InstanceAsync(id, fresh: false, cancel);
        // Each is computed before any is returned, so that a question left open hides no answer of another.
        var reasons = new[]
        {
            OfSecurityGroups(instance, nodeClass),
            OfSubnet(instance, nodeClass),
            await OfReservationAsync(instance, nodeClass, cancel),
            await OfPlacementAsync(claim, nodeClass, cancel),
        };
        return reasons.FirstOrDefault(reason => reason is not null);
    }

    private static string? OfImage(NodeClaim claim, Ec2NodeClass nodeClass, ImmutableArray<InstanceType> types)
    {
        var name = claim.Metadata.Labels.GetValueOrDefault(WellKnownLabels.InstanceType, "");
        var type =
            types.FirstOrDefault(it => it.Name == name)
            ?? throw new CloudUnavailableException($"finding node instance type \"{name}\"");
        if (nodeClass.Status?.Amis is not { Count: > 0 } images)
            throw new CloudUnavailableException("no amis exist given constraints");
        if (claim.Status.ImageId is not { Length: > 0 } runs)
            throw new CloudUnavailableException("the image of the instance is not known");
        // One type may be served by several images: any of those that suit it and come first under their own terms.
        return ImageChoice.For(images, type)?.Id == runs ? null : AmiDrift;
    }

    private static string? OfSecurityGroups(Ec2Instance instance, Ec2NodeClass nodeClass)
    {
        if (nodeClass.Status?.SecurityGroups is not { Count: > 0 } wanted)
            throw new CloudUnavailableException("no security groups exist given constraints");
        var has = instance.SecurityGroups.ToImmutableSortedSet(StringComparer.Ordinal);
        return has.SetEquals(wanted.Select(group => group.Id)) ? null : SecurityGroupDrift;
    }

    private static string? OfSubnet(Ec2Instance instance, Ec2NodeClass nodeClass)
    {
        if (nodeClass.Status?.Subnets is not { Count: > 0 } wanted)
            throw new CloudUnavailableException("no subnets are discovered");
        return wanted.Any(subnet => subnet.Id == instance.SubnetId) ? null : SubnetDrift;
    }

    /// <summary>Looked at twice: an instance may have left its reservation since it was remembered.</summary>
    private async ValueTask<string?> OfReservationAsync(
        Ec2Instance instance,
        Ec2NodeClass nodeClass,
        CancellationToken cancel
    )
    {
        if (IsKnown(instance, nodeClass))
            return null;
        return IsKnown(await InstanceAsync(instance.Id, fresh: true, cancel), nodeClass)
            ? null
            : CapacityReservationDrift;
    }

    private static bool IsKnown(Ec2Instance instance, Ec2NodeClass nodeClass) =>
        instance.CapacityType(reservedCapacity: true) != CapacityTypes.Reserved
        || (nodeClass.Status?.CapacityReservations ?? []).Any(it => it.Id == instance.ReservationId);

    private async ValueTask<string?> OfPlacementAsync(NodeClaim claim, Ec2NodeClass nodeClass, CancellationToken cancel)
    {
        var wanted = (await placements.ResolveAsync(nodeClass, cancel)).Group?.Id ?? "";
        return claim.Metadata.Labels.GetValueOrDefault(Ec2Labels.PlacementGroupId, "") == wanted
            ? null
            : PlacementGroupDrift;
    }

    private async ValueTask<Ec2Instance> InstanceAsync(string id, bool fresh, CancellationToken cancel)
    {
        var found = await instances.GetAsync(id, fresh, cancel);
        return found.IsOk ? found.Value : throw new CloudUnavailableException(found.Error.ToString());
    }
}
