using Tenon.Api.Aws;
using Tenon.Api.Karpenter;
using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Providers.Aws.Clusters;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Aws.InstanceTypes;
using Tenon.Providers.Aws.Networks;
using Tenon.Providers.Aws.Placement;
using Tenon.Providers.Aws.Reservations;
using Tenon.Providers.Aws.Templates;
using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.Launch;

/// <summary>What the launch of one machine came to, before it is told as an outcome of the port.</summary>
internal abstract record Purchase
{
    private Purchase() { }

    public sealed record Bought(Ec2Instance Instance, InstanceType Type, Offering? Offering, long Efa) : Purchase;

    public sealed record Refused(LaunchOutcome Outcome) : Purchase;
}

/// <summary>
/// Buys one machine for one claim (AWS provider specification §5): choose, prepare templates, ask for a fleet, and
/// remember what EC2 said about its stock.
/// </summary>
internal sealed class Launcher(
    FleetBuyer fleets,
    TemplateBook templates,
    SubnetBook subnets,
    StockMemory stock,
    ReservationBook reservations,
    PlacementBook placements,
    ClusterFacts cluster,
    AwsOptions options,
    AwsMetrics metrics,
    TimeProvider time
)
{
    private const string SpreadLimit = "limit of instances in this spread placement group";
    private static readonly LabelSet WellKnown = LabelSet.WellKnown.With(Ec2Labels.All);
    private static readonly TimeSpan ThrottledPause = TimeSpan.FromSeconds(5);

    public async ValueTask<Purchase> BuyAsync(
        NodeClaim claim,
        Ec2NodeClass nodeClass,
        ImmutableArray<InstanceType> types,
        CancellationToken cancel
    )
    {
        if (await fleets.ResumeAsync(claim.Metadata.Uid ?? "", cancel) is { } resumed)
        {
            var settled = await SettleAsync(claim, nodeClass, types, resumed, cancel);
            // What an old call could not buy is no answer to this one.
            if (!resumed.IsOk || settled is Purchase.Bought)
                return settled;
        }
        var relaxed = claim.Metadata.Annotations.GetValueOrDefault(Annotations.NodeClaimMinValuesRelaxed) == "true";
        if (LaunchChoices.For(claim, types, WellKnown, strictMinValues: !relaxed) is not { } choice)
            return NoCapacity(LaunchChoices.NothingLeft);
        if (nodeClass.Status?.Subnets is not { Count: > 0 })
            return new Purchase.Refused(
                new LaunchOutcome.CreateFailed(
                    "SubnetResolutionFailed",
                    "Error getting subnets",
                    "no subnets matched selector"
                )
            );
        var group = (await placements.ResolveAsync(nodeClass, cancel)).Group;
        for (var attempt = 1; ; attempt++)
        {
            var purchase = await TryAsync(claim, nodeClass, choice, group, cancel);
            if (purchase is not null)
                return purchase;
            if (attempt == 2)
                return new Purchase.Refused(
                    LaunchErrors.CreateFailed(
                        "Launch templates not found when creating fleet request: ",
                        "InvalidLaunchTemplateName.NotFoundException"
                    )
                );
        }
    }

    /// <summary>Null when a template had vanished, which is worth one more attempt.</summary>
    private async ValueTask<Purchase?> TryAsync(
        NodeClaim claim,
        Ec2NodeClass nodeClass,
        LaunchChoice choice,
        Ec2PlacementGroup? group,
        CancellationToken cancel
    )
    {
        var plan = new TemplatePlan
        {
            NodeClass = nodeClass,
            Claim = claim,
            Cluster = cluster,
            Options = options,
            CapacityType = choice.CapacityType,
            Tenancy = choice.Tenancy,
            Group = group,
            Partition = PartitionOf(choice.Wanted),
        }.Of(choice.Types);
        if (plan is TemplatePlanOutcome.Refused refused)
            return new Purchase.Refused(new LaunchOutcome.NodeClassNotReady(refused.Message));
        var planned = ((TemplatePlanOutcome.Planned)plan).Templates;
        foreach (var template in planned)
        {
            metrics.UserData(nodeClass.Metadata.Name ?? "", template.Request.UserData);
            var made = await templates.EnsureAsync(template.Request, cancel);
            if (!made.IsOk)
                return new Purchase.Refused(Failed("Error getting launch template configs: ", made.Error));
        }
        var places = subnets.Choose(nodeClass, choice.Types, choice.CapacityType);
        var request = FleetRequests.For(claim, nodeClass, choice, planned, places, options);
        if (request is null)
        {
            subnets.Settle(places.Values, ImmutableSortedSet<string>.Empty);
            return NoCapacity("no capacity offerings are currently available given the constraints");
        }
        var bought = await fleets.BuyAsync(claim.Metadata.Uid ?? "", request, cancel);
        subnets.Settle(places.Values, UsedBy(bought));
        if (bought.Error?.Code is "InvalidLaunchTemplateName.NotFoundException" || Vanished(bought))
        {
            templates.Invalidate(planned.Select(template => template.Request.Name));
            return null;
        }
        if (bought.IsOk)
            Learn(nodeClass, choice, group, places, bought.Value.Errors);
        return await SettleAsync(claim, nodeClass, choice.Types, bought, cancel);
    }

    private static bool Vanished(AwsResult<FleetShare> bought) =>
        bought.IsOk
        && bought.Value.Instance is null
        && bought.Value.Errors is [_, ..]
        && bought.Value.Errors.All(it => it.Code.StartsWith("InvalidLaunchTemplate", StringComparison.Ordinal));

    private static ImmutableHashSet<string> UsedBy(AwsResult<FleetShare> bought) =>
        bought is { IsOk: true, Value.Instance.SubnetId: { } subnet } ? [subnet] : [];

    private ValueTask<Purchase> SettleAsync(
        NodeClaim claim,
        Ec2NodeClass nodeClass,
        ImmutableArray<InstanceType> types,
        AwsResult<FleetShare> bought,
        CancellationToken cancel
    )
    {
        cancel.ThrowIfCancellationRequested();
        if (!bought.IsOk)
            return new(new Purchase.Refused(Failed("Error creating fleet request: ", bought.Error)));
        var share = bought.Value;
        if (share.Instance is not { } instance)
            return new(new Purchase.Refused(LaunchErrors.OfEmptyFleet(share.Errors, CapacityTypeIn(claim, types))));
        var type = types.FirstOrDefault(it => it.Name == instance.InstanceType);
        if (type is null)
            return new(
                new Purchase.Refused(
                    new LaunchOutcome.Failed(
                        $"EC2 bought {instance.Id} of type {instance.InstanceType}, never asked for"
                    )
                )
            );
        return new(Taken(claim, nodeClass, type, instance));
    }

    private Purchase.Bought Taken(NodeClaim claim, Ec2NodeClass nodeClass, InstanceType type, Ec2FleetInstance instance)
    {
        var zone =
            instance.Zone
            ?? (nodeClass.Status?.Subnets ?? []).FirstOrDefault(it => it.Id == instance.SubnetId)?.Zone
            ?? "";
        var capacityType = instance.CapacityType ?? CapacityTypeIn(claim, [type]);
        var offering = type.Offerings.FirstOrDefault(it =>
            it.Available && it.Zone == zone && it.CapacityType == capacityType
        );
        if (offering?.ReservationId is { } reservation)
            reservations.Launched(reservation, time.GetUtcNow());
        var efa =
            nodeClass.Spec.NetworkInterfaces is { Count: > 0 } cards
                ? cards.Count(card => card.InterfaceType == "efa-only")
            : (claim.Spec.Resources?.Requests.Of(Ec2Resources.Efa) ?? default).IsZero ? 0
            : type.Capacity.Of(Ec2Resources.Efa).ToUnits();
        return new Purchase.Bought(
            new Ec2Instance
            {
                Id = instance.Id,
                State = "pending",
                InstanceType = type.Name,
                Zone = zone,
                ImageId = instance.ImageId ?? Images.ImageChoice.For(nodeClass.Status?.Amis ?? [], type)?.Id,
                SubnetId = instance.SubnetId,
                LaunchedAt = time.GetUtcNow(),
                EfaInterfaces = (int)efa,
                SpotRequestId = capacityType == CapacityTypes.Spot ? "fleet" : null,
                ReservationId = offering?.ReservationId,
                ReservationPreference = offering?.ReservationId is null ? null : "capacity-reservations-only",
                Tags = NodeTags.For(
                    nodeClass,
                    claim.Metadata.Labels.GetValueOrDefault(WellKnownLabels.NodePool, ""),
                    options
                ),
            },
            type,
            offering,
            efa
        );
    }

    /// <summary>What the types still sell tells how they were bought; the claim decides between several.</summary>
    private static string CapacityTypeIn(NodeClaim claim, ImmutableArray<InstanceType> types)
    {
        var allowed = NodeRequirements.From(claim.Spec.Requirements).Of(WellKnownLabels.CapacityType);
        foreach (var capacityType in (ReadOnlySpan<string>)[CapacityTypes.Reserved, CapacityTypes.Spot])
            if (
                allowed.Has(capacityType)
                && types.Any(type => type.Offerings.Any(it => it.Available && it.CapacityType == capacityType))
            )
                return capacityType;
        return CapacityTypes.OnDemand;
    }

    /// <summary>Remembers what each error says about stock.</summary>
    private void Learn(
        Ec2NodeClass nodeClass,
        LaunchChoice choice,
        Ec2PlacementGroup? group,
        ImmutableSortedDictionary<string, ChosenSubnet> places,
        ImmutableArray<Ec2FleetError> errors
    )
    {
        foreach (var error in errors)
        {
            metrics.LaunchFailed(
                error.Zone ?? "",
                places.GetValueOrDefault(error.Zone ?? "")?.ZoneId ?? "",
                choice.CapacityType,
                LaunchErrors.Explain($"{error.Code}: {error.Message}").Reason
            );
            if (error is { Code: "InsufficientFreeAddressesInSubnet", SubnetId: { } subnet })
            {
                stock.AddSubnet(subnet, error.Code);
                subnets.Exhausted(subnet);
            }
            if (LaunchErrors.IsSpotForbidden(error.Code))
                stock.General.AddCapacityType(CapacityTypes.Spot, error.Code);
            if (!LaunchErrors.IsOutOfCapacity(error.Code) || error is not { InstanceType: { } type, Zone: { } zone })
                continue;
            var isSpreadLimit = group is not null && error.Message.Contains(SpreadLimit, StringComparison.Ordinal);
            if (isSpreadLimit)
                foreach (var candidate in choice.Types)
                    stock.Add(new OfferingKey(candidate.Name, zone, choice.CapacityType), group!.Id, error.Code);
            else if (choice.CapacityType == CapacityTypes.Reserved)
                foreach (var reservation in nodeClass.Status?.CapacityReservations ?? [])
                {
                    if (reservation.InstanceType == type && reservation.AvailabilityZone == zone)
                        reservations.Exhausted(reservation.Id);
                }
            else
                stock.Add(new OfferingKey(type, zone, choice.CapacityType), group?.Id, error.Code);
        }
    }

    private static LaunchOutcome Failed(string doing, AwsError error) =>
        error.Kind == AwsErrorKind.RateLimited
            ? new LaunchOutcome.Throttled(ThrottledPause, error.ToString())
            : LaunchErrors.CreateFailed(doing, error.ToString());

    private static Purchase.Refused NoCapacity(string why) => new(new LaunchOutcome.OutOfCapacity(why, []));

    /// <summary>The smallest one asked for, in the order of text.</summary>
    internal static long? PartitionOf(RequirementSet wanted)
    {
        var partitions = wanted.Find(Ec2Labels.PlacementGroupPartition);
        return
            partitions is { IsComplement: false, Values: [var first, ..] }
            && long.TryParse(
                first,
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number
            )
            ? number
            : null;
    }
}
