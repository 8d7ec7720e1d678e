using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Ec2;

/// <summary>Instances.</summary>
public sealed partial class Ec2Client
{
    /// <summary>Every state but terminated, which counts as not found.</summary>
    internal static readonly Ec2Filter NotTerminated = new(
        "instance-state-name",
        "pending",
        "running",
        "stopping",
        "stopped",
        "shutting-down"
    );

    public ValueTask<AwsResult<ImmutableArray<Ec2Instance>>> DescribeInstancesAsync(
        ImmutableArray<string> ids,
        CancellationToken cancel
    ) =>
        FlattenedAsync(
            () => Form("DescribeInstances").AddList("InstanceId", ids).AddEach("Filter", [NotTerminated], WriteFilter),
            cancel
        );

    /// <summary>All instances that bear a cluster's tags.</summary>
    public ValueTask<AwsResult<ImmutableArray<Ec2Instance>>> ListInstancesAsync(
        string cluster,
        CancellationToken cancel
    ) =>
        FlattenedAsync(
            () =>
                Form("DescribeInstances")
                    .AddEach(
                        "Filter",
                        [
                            new Ec2Filter("tag-key", "karpenter.sh/nodepool"),
                            new Ec2Filter("tag-key", "karpenter.k8s.aws/ec2nodeclass"),
                            new Ec2Filter("tag:eks:eks-cluster-name", cluster),
                            NotTerminated,
                        ],
                        WriteFilter
                    )
                    .Add("MaxResults", 1000),
            cancel
        );

    /// <summary>What state each instance is in after the request to end it.</summary>
    public ValueTask<AwsResult<ImmutableSortedDictionary<string, string>>> TerminateInstancesAsync(
        ImmutableArray<string> ids,
        CancellationToken cancel
    ) =>
        session.QueryAsync(
            Service,
            Form("TerminateInstances").AddList("InstanceId", ids),
            answer =>
                answer
                    .Items("instancesSet")
                    .ToImmutableSortedDictionary(
                        it => it.Text("instanceId") ?? "",
                        it => it.Text("currentState/name") ?? "",
                        StringComparer.Ordinal
                    ),
            cancel
        );

    public ValueTask<AwsResult<bool>> CreateTagsAsync(
        string resource,
        ImmutableSortedDictionary<string, string> tags,
        CancellationToken cancel
    ) =>
        session.QueryAsync(
            Service,
            Form("CreateTags")
                .AddList("ResourceId", [resource])
                .AddEach("Tag", tags, (form, tag) => form.Add("Key", tag.Key).Add("Value", tag.Value)),
            _ => true,
            cancel
        );

    private async ValueTask<AwsResult<ImmutableArray<Ec2Instance>>> FlattenedAsync(
        Func<QueryForm> form,
        CancellationToken cancel
    )
    {
        var pages = await PagesAsync(
            form,
            "reservationSet",
            reservation => reservation.Items("instancesSet").Select(Ec2Instance.Read).ToImmutableArray(),
            cancel
        );
        return pages.IsOk ? pages.Value.SelectMany(it => it).ToImmutableArray() : pages.Error;
    }
}

/// <summary>One instance, in the fields of AWS provider specification §9.2.</summary>
public sealed record Ec2Instance
{
    public required string Id { get; init; }
    public required string State { get; init; }
    public required string InstanceType { get; init; }
    public required string Zone { get; init; }
    public string? ImageId { get; init; }
    public string? SubnetId { get; init; }
    public DateTimeOffset? LaunchedAt { get; init; }
    public string? Tenancy { get; init; }
    public long? Partition { get; init; }
    public ImmutableArray<string> SecurityGroups { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Tags { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    public int EfaInterfaces { get; init; }
    public string? SpotRequestId { get; init; }
    public string? Lifecycle { get; init; }
    public string? ReservationId { get; init; }
    public string? ReservationPreference { get; init; }

    /// <summary>Rules of AWS provider specification §5.7.</summary>
    public string CapacityType(bool reservedCapacity) =>
        SpotRequestId is not null ? "spot"
        : reservedCapacity && ReservationId is not null && ReservationPreference == "capacity-reservations-only"
            ? "reserved"
        : "on-demand";

    public bool IsEnding => State is "shutting-down" or "terminated";

    public string ProviderId => $"aws:///{Zone}/{Id}";

    internal static Ec2Instance Read(AwsXml it) =>
        new()
        {
            Id = it.Text("instanceId") ?? "",
            State = it.Text("instanceState/name") ?? "",
            InstanceType = it.Text("instanceType") ?? "",
            Zone = it.Text("placement/availabilityZone") ?? "",
            ImageId = it.Text("imageId"),
            SubnetId = it.Text("subnetId"),
            LaunchedAt = it.Time("launchTime"),
            Tenancy = it.Text("placement/tenancy"),
            Partition = it.Number("placement/partitionNumber"),
            SecurityGroups = [.. it.Items("groupSet").Select(group => group.Text("groupId") ?? "")],
            Tags = it.Items("tagSet")
                .ToImmutableSortedDictionary(
                    tag => tag.Text("key") ?? "",
                    tag => tag.Text("value") ?? "",
                    StringComparer.Ordinal
                ),
            EfaInterfaces = it.Items("networkInterfaceSet")
                .Count(card => card.Text("interfaceType") is "efa" or "efa-only"),
            SpotRequestId = it.Text("spotInstanceRequestId"),
            Lifecycle = it.Text("instanceLifecycle"),
            ReservationId = it.Text("capacityReservationId"),
            ReservationPreference = it.Text("capacityReservationSpecification/capacityReservationPreference"),
        };
}
