using System.Text.Json;
using System.Text.Json.Serialization;
using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Aws;

/// <summary>How nodes are made on EC2 (AWS provider specification §1).</summary>
public sealed record Ec2NodeClass : Wire, IKubeObject<Ec2NodeClass>
{
    public static ResourceType Resource { get; } =
        new("karpenter.k8s.aws", "v1", "EC2NodeClass", "ec2nodeclasses", Namespaced: false);

    public string ApiVersion
    {
        get;
        init => field = value ?? Resource.ApiVersion;
    } = Resource.ApiVersion;
    public string Kind
    {
        get;
        init => field = value ?? Resource.Kind;
    } = Resource.Kind;
    public ObjectMeta Metadata
    {
        get;
        init => field = value ?? ObjectMeta.Empty;
    } = ObjectMeta.Empty;
    public Ec2NodeClassSpec Spec
    {
        get;
        init => field = value ?? Ec2NodeClassSpec.Empty;
    } = Ec2NodeClassSpec.Empty;
    public Ec2NodeClassStatus? Status { get; init; }

    public Ec2NodeClass With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record Ec2NodeClassSpec : Wire
{
    internal static readonly Ec2NodeClassSpec Empty = new();

    public IReadOnlyList<SubnetSelectorTerm> SubnetSelectorTerms
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<SecurityGroupSelectorTerm> SecurityGroupSelectorTerms
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<CapacityReservationSelectorTerm> CapacityReservationSelectorTerms
    {
        get;
        init => field = value ?? [];
    } = [];
    public PlacementGroupSelector? PlacementGroupSelector { get; init; }

    [JsonPropertyName("associatePublicIPAddress")]
    public bool? AssociatePublicIpAddress { get; init; }
    public int? IpPrefixCount { get; init; }
    public IReadOnlyList<AmiSelectorTerm> AmiSelectorTerms
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>See <see cref="AmiFamilies"/>; derived from an alias where it is absent.</summary>
    public string? AmiFamily { get; init; }

    public string? UserData { get; init; }
    public string? Role { get; init; }
    public string? InstanceProfile { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Free form; checked by the controller and not by the API server.</summary>
    public JsonElement? Kubelet { get; init; }

    public IReadOnlyList<BlockDeviceMapping>? BlockDeviceMappings { get; init; }

    /// <summary><c>RAID0</c> or absent.</summary>
    public string? InstanceStorePolicy { get; init; }

    public IReadOnlyList<NodeNetworkInterface>? NetworkInterfaces { get; init; }
    public bool? DetailedMonitoring { get; init; }
    public MetadataOptions? MetadataOptions { get; init; }
    public ConnectionTracking? ConnectionTracking { get; init; }
    public string? Context { get; init; }
    public CpuOptions? CpuOptions { get; init; }
}

/// <summary>Values of <see cref="Ec2NodeClassSpec.AmiFamily"/>.</summary>
public static class AmiFamilies
{
    public const string Al2 = "AL2";
    public const string Al2023 = "AL2023";
    public const string Bottlerocket = "Bottlerocket";
    public const string Custom = "Custom";
    public const string Windows2019 = "Windows2019";
    public const string Windows2022 = "Windows2022";
    public const string Windows2025 = "Windows2025";

    public static IReadOnlyList<string> All { get; } =
    [Al2, Al2023, Bottlerocket, Custom, Windows2019, Windows2022, Windows2025];
}

public sealed record SubnetSelectorTerm : Wire
{
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public string? Id { get; init; }
}

public sealed record SecurityGroupSelectorTerm : Wire
{
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public string? Id { get; init; }
    public string? Name { get; init; }
}

public sealed record CapacityReservationSelectorTerm : Wire
{
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public string? Id { get; init; }

    [JsonPropertyName("ownerID")]
    public string? OwnerId { get; init; }
    public string? InstanceMatchCriteria { get; init; }
}

public sealed record PlacementGroupSelector : Wire
{
    public string? Name { get; init; }
    public string? Id { get; init; }
}

public sealed record AmiSelectorTerm : Wire
{
    public string? Alias { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public string? Id { get; init; }
    public string? Name { get; init; }
    public string? Owner { get; init; }
    public string? SsmParameter { get; init; }
}

public sealed record BlockDeviceMapping : Wire
{
    public string? DeviceName { get; init; }
    public BlockDevice? Ebs { get; init; }
    public bool? RootVolume { get; init; }
}

public sealed record BlockDevice : Wire
{
    public bool? DeleteOnTermination { get; init; }
    public bool? Encrypted { get; init; }
    public long? Iops { get; init; }

    [JsonPropertyName("kmsKeyID")]
    public string? KmsKeyId { get; init; }

    [JsonPropertyName("snapshotID")]
    public string? SnapshotId { get; init; }
    public long? Throughput { get; init; }
    public int? VolumeInitializationRate { get; init; }
    public Quantity? VolumeSize { get; init; }
    public string? VolumeType { get; init; }
}

public sealed record NodeNetworkInterface : Wire
{
    public int NetworkCardIndex { get; init; }
    public int DeviceIndex { get; init; }

    /// <summary><c>interface</c> or <c>efa-only</c>.</summary>
    public string InterfaceType
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record MetadataOptions : Wire
{
    public string? HttpEndpoint { get; init; }

    [JsonPropertyName("httpProtocolIPv6")]
    public string? HttpProtocolIpv6 { get; init; }
    public long? HttpPutResponseHopLimit { get; init; }
    public string? HttpTokens { get; init; }
}

/// <summary>Seconds.</summary>
public sealed record ConnectionTracking : Wire
{
    public int? TcpEstablishedTimeout { get; init; }
    public int? UdpStreamTimeout { get; init; }
    public int? UdpTimeout { get; init; }
}

public sealed record CpuOptions : Wire
{
    public string? NestedVirtualization { get; init; }
}

public sealed record Ec2NodeClassStatus : Wire
{
    public IReadOnlyList<ResolvedSubnet> Subnets
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<ResolvedSecurityGroup> SecurityGroups
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<ResolvedCapacityReservation> CapacityReservations
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<ResolvedAmi> Amis
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? InstanceProfile { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record ResolvedSubnet : Wire
{
    public string Id
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Zone
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("zoneID")]
    public string? ZoneId { get; init; }
}

public sealed record ResolvedSecurityGroup : Wire
{
    public string Id
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Name { get; init; }
}

public sealed record ResolvedCapacityReservation : Wire
{
    public string Id
    {
        get;
        init => field = value ?? "";
    } = "";
    public string AvailabilityZone
    {
        get;
        init => field = value ?? "";
    } = "";
    public string InstanceMatchCriteria
    {
        get;
        init => field = value ?? "";
    } = "";
    public string InstanceType
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("ownerID")]
    public string OwnerId
    {
        get;
        init => field = value ?? "";
    } = "";
    public DateTimeOffset? EndTime { get; init; }
    public string? ReservationType { get; init; }
    public bool? Interruptible { get; init; }
    public string? State { get; init; }
}

public sealed record ResolvedAmi : Wire
{
    public string Id
    {
        get;
        init => field = value ?? "";
    } = "";
    public string? Name { get; init; }
    public bool? Deprecated { get; init; }
    public IReadOnlyList<NodeRequirement> Requirements
    {
        get;
        init => field = value ?? [];
    } = [];
}
