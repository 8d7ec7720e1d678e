namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// The labels of upstream's AWS provider (AWS provider specification §4.2), which are also its well-known ones.
/// </summary>
public static class Ec2Labels
{
    public const string Domain = "karpenter.k8s.aws";
    public const string ZoneId = "topology.k8s.aws/zone-id";
    public const string Hypervisor = Domain + "/instance-hypervisor";
    public const string EncryptionInTransit = Domain + "/instance-encryption-in-transit-supported";
    public const string NitroSandbox = Domain + "/nitro-sandbox";
    public const string Category = Domain + "/instance-category";
    public const string Generation = Domain + "/instance-generation";
    public const string Family = Domain + "/instance-family";
    public const string Size = Domain + "/instance-size";
    public const string CapabilityFlex = Domain + "/instance-capability-flex";
    public const string Cpu = Domain + "/instance-cpu";
    public const string CpuManufacturer = Domain + "/instance-cpu-manufacturer";
    public const string CpuClock = Domain + "/instance-cpu-sustained-clock-speed-mhz";
    public const string Memory = Domain + "/instance-memory";
    public const string EbsBandwidth = Domain + "/instance-ebs-bandwidth";
    public const string NetworkBandwidth = Domain + "/instance-network-bandwidth";
    public const string LocalNvme = Domain + "/instance-local-nvme";
    public const string GpuName = Domain + "/instance-gpu-name";
    public const string GpuManufacturer = Domain + "/instance-gpu-manufacturer";
    public const string GpuCount = Domain + "/instance-gpu-count";
    public const string GpuMemory = Domain + "/instance-gpu-memory";
    public const string AcceleratorName = Domain + "/instance-accelerator-name";
    public const string AcceleratorManufacturer = Domain + "/instance-accelerator-manufacturer";
    public const string AcceleratorCount = Domain + "/instance-accelerator-count";
    public const string Tenancy = Domain + "/instance-tenancy";
    public const string ReservationId = Domain + "/capacity-reservation-id";
    public const string ReservationType = Domain + "/capacity-reservation-type";
    public const string ReservationInterruptible = Domain + "/capacity-reservation-interruptible";
    public const string PlacementGroupId = Domain + "/placement-group-id";
    public const string PlacementGroupPartition = Domain + "/placement-group-partition";

    /// <summary>The zone key of the EBS volume driver, read as the zone label.</summary>
    public const string EbsZone = "topology.ebs.csi.aws.com/zone";

    public static readonly ImmutableArray<string> All =
    [
        ZoneId,
        Hypervisor,
        EncryptionInTransit,
        NitroSandbox,
        Category,
        Generation,
        Family,
        Size,
        CapabilityFlex,
        Cpu,
        CpuManufacturer,
        CpuClock,
        Memory,
        EbsBandwidth,
        NetworkBandwidth,
        LocalNvme,
        GpuName,
        GpuManufacturer,
        GpuCount,
        GpuMemory,
        AcceleratorName,
        AcceleratorManufacturer,
        AcceleratorCount,
        Tenancy,
        ReservationId,
        ReservationType,
        ReservationInterruptible,
        PlacementGroupId,
        PlacementGroupPartition,
    ];
}
