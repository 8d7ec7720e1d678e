using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Ec2;

/// <summary>What a node class selects from: networks, images, reservations, placement groups.</summary>
public sealed partial class Ec2Client
{
    /// <summary>Whether EC2 can be reached with these credentials: a dry run that would succeed.</summary>
    public async ValueTask<AwsError?> ReachAsync(CancellationToken cancel)
    {
        var answer = await session.QueryAsync(
            Service,
            Form("DescribeInstanceTypes").Add("DryRun", true),
            _ => true,
            cancel
        );
        return answer.IsOk || answer.Is(AwsErrorKind.DryRun) ? null : answer.Error;
    }

    public ValueTask<AwsResult<ImmutableArray<Ec2Subnet>>> DescribeSubnetsAsync(
        ImmutableArray<Ec2Filter> filters,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () => Form("DescribeSubnets").AddEach("Filter", filters, WriteFilter).Add("MaxResults", 500),
            "subnetSet",
            it => new Ec2Subnet(
                it.Text("subnetId") ?? "",
                it.Text("availabilityZone") ?? "",
                it.Text("availabilityZoneId"),
                it.Number("availableIpAddressCount") ?? 0
            ),
            cancel
        );

    public ValueTask<AwsResult<ImmutableArray<Ec2SecurityGroup>>> DescribeSecurityGroupsAsync(
        ImmutableArray<Ec2Filter> filters,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () => Form("DescribeSecurityGroups").AddEach("Filter", filters, WriteFilter).Add("MaxResults", 500),
            "securityGroupInfo",
            it => new Ec2SecurityGroup(it.Text("groupId") ?? "", it.Text("groupName")),
            cancel
        );

    /// <param name="owners">Not sent when empty.</param>
    public ValueTask<AwsResult<ImmutableArray<Ec2Image>>> DescribeImagesAsync(
        ImmutableArray<Ec2Filter> filters,
        ImmutableArray<string> owners,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () =>
                Form("DescribeImages")
                    .AddEach("Filter", filters.Add(new Ec2Filter("state", "available")), WriteFilter)
                    .AddList("Owner", owners)
                    .Add("IncludeDeprecated", true)
                    .Add("MaxResults", 1000),
            "imagesSet",
            it => new Ec2Image(
                it.Text("imageId") ?? "",
                it.Text("name") ?? "",
                it.Text("architecture") ?? "",
                it.Time("creationDate"),
                it.Time("deprecationTime")
            ),
            cancel
        );

    /// <summary>A reservation asked for by its id goes without a limit of page size, as EC2 demands.</summary>
    public ValueTask<AwsResult<ImmutableArray<Ec2Reservation>>> DescribeCapacityReservationsAsync(
        ImmutableArray<string> ids,
        ImmutableArray<Ec2Filter> filters,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () =>
                Form("DescribeCapacityReservations")
                    .AddList("CapacityReservationId", ids)
                    .AddEach("Filter", filters, WriteFilter)
                    .Add("MaxResults", ids.IsEmpty ? 1000 : null),
            "capacityReservationSet",
            Ec2Reservation.Read,
            cancel
        );

    public ValueTask<AwsResult<ImmutableArray<Ec2PlacementGroup>>> DescribePlacementGroupsAsync(
        string? id,
        string? name,
        CancellationToken cancel
    ) =>
        session.QueryAsync(
            Service,
            Form("DescribePlacementGroups")
                .AddEach("Filter", [new Ec2Filter("state", "available")], WriteFilter)
                .AddList("GroupId", id is null ? [] : [id])
                .AddList("GroupName", name is null ? [] : [name]),
            answer => answer.Items("placementGroupSet").Select(Ec2PlacementGroup.Read).ToImmutableArray(),
            cancel
        );

    /// <summary>Statuses that match; EC2 tells of running instances only.</summary>
    public ValueTask<AwsResult<ImmutableArray<Ec2InstanceStatus>>> DescribeInstanceStatusAsync(
        Ec2Filter filter,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () => Form("DescribeInstanceStatus").AddEach("Filter", [filter], WriteFilter),
            "instanceStatusSet",
            Ec2InstanceStatus.Read,
            cancel
        );

    /// <summary>
    /// Whether one instance of a type could be run from a template: <see cref="AwsErrorKind.DryRun"/> when it could.
    /// </summary>
    public ValueTask<AwsResult<bool>> RunInstancesDryRunAsync(Ec2RunRequest request, CancellationToken cancel) =>
        session.QueryAsync(Service, RunForm(request), mayRepeat: false, _ => true, cancel);

    internal static QueryForm RunForm(Ec2RunRequest request) =>
        Form("RunInstances")
            .Add("DryRun", true)
            .Add("InstanceType", request.InstanceType)
            .Add("LaunchTemplate.LaunchTemplateName", request.LaunchTemplate)
            .Add("LaunchTemplate.Version", "$Latest")
            .Add("MaxCount", 1)
            .Add("MinCount", 1)
            .AddEach(
                "NetworkInterface",
                request.NetworkInterfaces,
                (form, card) =>
                    form.Add("DeviceIndex", card.DeviceIndex)
                        .Add("InterfaceType", card.InterfaceType)
                        .Add("NetworkCardIndex", card.NetworkCardIndex)
                        .Add("SubnetId", request.SubnetId)
            )
            .AddEach("TagSpecification", request.Tags, WriteTags);
}

public sealed record Ec2Subnet(string Id, string Zone, string? ZoneId, long AvailableAddresses);

public sealed record Ec2SecurityGroup(string Id, string? Name);

/// <param name="Architecture">EC2's word: <c>x86_64</c>, <c>arm64</c>.</param>
public sealed record Ec2Image(
    string Id,
    string Name,
    string Architecture,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? DeprecatedAt
)
{
    public bool IsDeprecated(DateTimeOffset now) => DeprecatedAt <= now;
}

public sealed record Ec2Reservation
{
    public required string Id { get; init; }
    public required string OwnerId { get; init; }
    public required string InstanceType { get; init; }
    public required string Zone { get; init; }
    public required string MatchCriteria { get; init; }

    /// <summary>Null means <c>default</c>.</summary>
    public string? Type { get; init; }

    public bool Interruptible { get; init; }
    public long Available { get; init; }
    public DateTimeOffset? EndsAt { get; init; }

    internal static Ec2Reservation Read(AwsXml it) =>
        new()
        {
            Id = it.Text("capacityReservationId") ?? "",
            OwnerId = it.Text("ownerId") ?? "",
            InstanceType = it.Text("instanceType") ?? "",
            Zone = it.Text("availabilityZone") ?? "",
            MatchCriteria = it.Text("instanceMatchCriteria") ?? "",
            Type = it.Text("reservationType"),
            Interruptible = it.Flag("interruptible"),
            Available = it.Number("availableInstanceCount") ?? 0,
            EndsAt = it.Time("endDate"),
        };
}

/// <param name="Strategy"><c>cluster</c>, <c>partition</c> or <c>spread</c>.</param>
public sealed record Ec2PlacementGroup(string Id, string Name, string Strategy, long Partitions, string? SpreadLevel)
{
    internal static Ec2PlacementGroup Read(AwsXml it) =>
        new(
            it.Text("groupId") ?? "",
            it.Text("groupName") ?? "",
            it.Text("strategy") ?? "",
            it.Number("partitionCount") ?? 0,
            it.Text("spreadLevel")
        );
}

/// <summary>What EC2 thinks of a running instance's health.</summary>
public sealed record Ec2InstanceStatus(
    string InstanceId,
    ImmutableArray<Ec2StatusDetail> Instance,
    ImmutableArray<Ec2StatusDetail> System,
    ImmutableArray<string> EventCodes
)
{
    internal static Ec2InstanceStatus Read(AwsXml it) =>
        new(
            it.Text("instanceId") ?? "",
            Details(it, "instanceStatus/details"),
            Details(it, "systemStatus/details"),
            [.. it.Items("eventsSet").Select(scheduled => scheduled.Text("code") ?? "")]
        );

    private static ImmutableArray<Ec2StatusDetail> Details(AwsXml it, string list) =>
        [
            .. it.Items(list)
                .Select(detail => new Ec2StatusDetail(detail.Text("status") ?? "", detail.Time("impairedSince"))),
        ];
}

public sealed record Ec2StatusDetail(string Status, DateTimeOffset? ImpairedSince);

public sealed record Ec2RunRequest(
    string LaunchTemplate,
    string InstanceType,
    string SubnetId,
    ImmutableArray<Ec2NetworkInterface> NetworkInterfaces,
    ImmutableArray<Ec2TagSpecification> Tags
);
