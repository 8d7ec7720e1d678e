using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Ec2;

/// <summary>Launch templates.</summary>
public sealed partial class Ec2Client
{
    /// <summary>By name; a name that is not there is <see cref="AwsErrorKind.NotFound"/>.</summary>
    public ValueTask<AwsResult<ImmutableArray<Ec2LaunchTemplate>>> DescribeLaunchTemplateAsync(
        string name,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () => Form("DescribeLaunchTemplates").AddList("LaunchTemplateName", [name]),
            "launchTemplates",
            Ec2LaunchTemplate.Read,
            cancel
        );

    public ValueTask<AwsResult<ImmutableArray<Ec2LaunchTemplate>>> ListLaunchTemplatesAsync(
        ImmutableArray<Ec2Filter> filters,
        CancellationToken cancel
    ) =>
        PagesAsync(
            () => Form("DescribeLaunchTemplates").AddEach("Filter", filters, WriteFilter).Add("MaxResults", 200),
            "launchTemplates",
            Ec2LaunchTemplate.Read,
            cancel
        );

    public ValueTask<AwsResult<Ec2LaunchTemplate>> CreateLaunchTemplateAsync(
        Ec2LaunchTemplateRequest request,
        CancellationToken cancel
    ) =>
        session.QueryAsync(
            Service,
            LaunchTemplateForm(request),
            answer => Ec2LaunchTemplate.Read(answer.Of("launchTemplate")),
            cancel
        );

    public ValueTask<AwsResult<bool>> DeleteLaunchTemplateAsync(string id, CancellationToken cancel) =>
        session.QueryAsync(Service, Form("DeleteLaunchTemplate").Add("LaunchTemplateId", id), _ => true, cancel);

    internal static QueryForm LaunchTemplateForm(Ec2LaunchTemplateRequest request)
    {
        var form = Form("CreateLaunchTemplate").Add("LaunchTemplateName", request.Name);
        WriteTemplate(form.Below("LaunchTemplateData"), request);
        return form.AddEach("TagSpecification", [new Ec2TagSpecification("launch-template", request.Tags)], WriteTags);
    }

    /// <summary>The members of AWS provider specification §9.3.</summary>
    private static void WriteTemplate(QueryForm form, Ec2LaunchTemplateRequest request) =>
        form.AddEach(
                "BlockDeviceMapping",
                request.BlockDevices,
                (below, device) =>
                    below
                        .Add("DeviceName", device.DeviceName)
                        .AddPart(
                            "Ebs",
                            device.Ebs,
                            (ebs, it) =>
                                ebs.Add("DeleteOnTermination", it.DeleteOnTermination)
                                    .Add("Encrypted", it.Encrypted)
                                    .Add("Iops", it.Iops is > 0 ? it.Iops : null)
                                    .Add("KmsKeyId", it.KmsKeyId)
                                    .Add("SnapshotId", it.SnapshotId)
                                    .Add("Throughput", it.Throughput is > 0 ? it.Throughput : null)
                                    .Add("VolumeInitializationRate", it.VolumeInitializationRate)
                                    .Add("VolumeSize", it.SizeGib)
                                    .Add("VolumeType", it.VolumeType)
                        )
            )
            .Add("CapacityReservationSpecification.CapacityReservationPreference", request.ReservationPreference)
            .Add(
                "CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationId",
                request.ReservationId
            )
            .Add("CpuOptions.NestedVirtualization", request.NestedVirtualization)
            .Add("EnclaveOptions.Enabled", request.Enclaves)
            .Add("IamInstanceProfile.Name", request.InstanceProfile)
            .Add("ImageId", request.ImageId)
            .Add("InstanceMarketOptions.MarketType", request.MarketType)
            .AddPart(
                "MetadataOptions",
                request.Metadata,
                (below, it) =>
                    below
                        .Add("HttpEndpoint", it.HttpEndpoint)
                        .Add("HttpProtocolIpv6", it.HttpProtocolIpv6)
                        .Add("HttpPutResponseHopLimit", it.HopLimit)
                        .Add("HttpTokens", it.HttpTokens)
                        .Add("InstanceMetadataTags", "disabled")
            )
            .Add("Monitoring.Enabled", request.DetailedMonitoring)
            .AddEach(
                "NetworkInterface",
                request.NetworkInterfaces,
                (below, it) =>
                    below
                        .Add("AssociatePublicIpAddress", it.PublicIp)
                        .AddPart(
                            "ConnectionTrackingSpecification",
                            it.Tracking,
                            (tracking, times) =>
                                tracking
                                    .Add("TcpEstablishedTimeout", times.TcpEstablished)
                                    .Add("UdpStreamTimeout", times.UdpStream)
                                    .Add("UdpTimeout", times.Udp)
                        )
                        .Add("DeviceIndex", it.DeviceIndex)
                        .Add("InterfaceType", it.InterfaceType)
                        .Add("Ipv4PrefixCount", it.Ipv4Prefixes)
                        .Add("Ipv6AddressCount", it.Ipv6Addresses)
                        .Add("Ipv6PrefixCount", it.Ipv6Prefixes)
                        .Add("NetworkCardIndex", it.NetworkCardIndex)
                        .Add("PrimaryIpv6", it.PrimaryIpv6)
                        .AddList("SecurityGroupId", it.SecurityGroups)
            )
            .Add("Placement.GroupId", request.PlacementGroupId)
            .Add("Placement.PartitionNumber", request.Partition)
            .Add("Placement.Tenancy", request.Tenancy)
            .AddEach("TagSpecification", request.ResourceTags, WriteTags)
            .Add("UserData", request.UserData);
}

public sealed record Ec2LaunchTemplate(string Id, string Name)
{
    internal static Ec2LaunchTemplate Read(AwsXml it) =>
        new(it.Text("launchTemplateId") ?? "", it.Text("launchTemplateName") ?? "");
}

/// <summary>What a launch template says (AWS provider specification §3.6, §3.7). Null is not sent.</summary>
public sealed record Ec2LaunchTemplateRequest
{
    public required string Name { get; init; }
    public required ImmutableSortedDictionary<string, string> Tags { get; init; }
    public required string ImageId { get; init; }

    /// <summary>Base64.</summary>
    public required string UserData { get; init; }

    public required string InstanceProfile { get; init; }
    public ImmutableArray<Ec2BlockDevice> BlockDevices { get; init; } = [];
    public ImmutableArray<Ec2NetworkInterface> NetworkInterfaces { get; init; } = [];
    public Ec2MetadataOptions? Metadata { get; init; }
    public bool? DetailedMonitoring { get; init; }
    public bool? Enclaves { get; init; }
    public string? NestedVirtualization { get; init; }
    public string? Tenancy { get; init; }
    public string? PlacementGroupId { get; init; }
    public long? Partition { get; init; }
    public string? ReservationPreference { get; init; }
    public string? ReservationId { get; init; }
    public string? MarketType { get; init; }
    public ImmutableArray<Ec2TagSpecification> ResourceTags { get; init; } = [];
}

public sealed record Ec2BlockDevice(string? DeviceName, Ec2Ebs? Ebs);

public sealed record Ec2Ebs
{
    public bool? DeleteOnTermination { get; init; }
    public bool? Encrypted { get; init; }
    public long? Iops { get; init; }
    public string? KmsKeyId { get; init; }
    public string? SnapshotId { get; init; }
    public long? Throughput { get; init; }
    public long? VolumeInitializationRate { get; init; }
    public long? SizeGib { get; init; }
    public string? VolumeType { get; init; }
}

public sealed record Ec2MetadataOptions(
    string HttpEndpoint,
    string? HttpProtocolIpv6,
    long HopLimit,
    string HttpTokens
);

public sealed record Ec2NetworkInterface
{
    public long? DeviceIndex { get; init; }
    public long? NetworkCardIndex { get; init; }
    public string? InterfaceType { get; init; }
    public ImmutableArray<string> SecurityGroups { get; init; } = [];
    public bool? PublicIp { get; init; }
    public long? Ipv4Prefixes { get; init; }
    public long? Ipv6Prefixes { get; init; }
    public long? Ipv6Addresses { get; init; }
    public bool? PrimaryIpv6 { get; init; }
    public Ec2ConnectionTracking? Tracking { get; init; }
}

/// <summary>Seconds.</summary>
public sealed record Ec2ConnectionTracking(long? TcpEstablished, long? UdpStream, long? Udp);
