using Tenon.Api.Core;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;

namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// What a node of a type looks like, from the facts and the kubelet settings: labels, capacity and overhead as
/// upstream's AWS provider works them out (AWS provider specification §4.2 to §4.6). Sizes are exact; the doubles are
/// upstream's, kept so that the roundings fall the same way.
/// </summary>
public static class Ec2Shape
{
    private const long Mib = 1 << 20;
    private const long Gib = 1 << 30;

    /// <summary>Memory that the first boot of an arm64 machine withholds, in MiB.</summary>
    private const long ArmMemoryWithheld = 64;

    /// <summary>CPU kept for the kubelet: this share of so many millicores, tier after tier.</summary>
    private static readonly (long Upto, double Share)[] CpuTiers =
    [
        (1000, 0.06),
        (2000, 0.01),
        (4000, 0.005),
        (long.MaxValue, 0.0025),
    ];

    /// <summary>
    /// What the node class may change about capacity and overhead. Defaults are those of Amazon Linux 2023.
    /// </summary>
    public sealed record Settings
    {
        public static readonly Settings Default = new();

        /// <summary><c>VM_MEMORY_OVERHEAD_PERCENT</c>: the share of memory the hypervisor is taken to keep.</summary>
        public double MemoryOverhead { get; init; } = 0.075;

        /// <summary><c>RESERVED_ENIS</c>.</summary>
        public long ReservedEnis { get; init; }

        /// <summary>Size of the volume that holds pods' ephemeral storage.</summary>
        public long EphemeralBytes { get; init; } = 20 * Gib;
    }

    /// <summary>The labels of the type itself; those of its offerings (zone, capacity type) are the caller's.</summary>
    /// <param name="pool">Lends one object to all types that say the same.</param>
    public static IEnumerable<Requirement> Labels(Ec2TypeFacts type, string region, RequirementPool pool)
    {
        var (category, generation) = type.Scheme;
        return
        [
            pool.In("node.kubernetes.io/instance-type", type.Name),
            pool.Known("kubernetes.io/arch", type.Architecture),
            pool.In("kubernetes.io/os", "linux"),
            pool.None("node.kubernetes.io/windows-build"),
            pool.In("topology.kubernetes.io/region", region),
            pool.In(Ec2Labels.Hypervisor, type.Hypervisor),
            pool.In(Ec2Labels.EncryptionInTransit, type.EncryptionInTransit ? "true" : "false"),
            pool.In(Ec2Labels.NitroSandbox, type.NitroEnclaves ? "true" : "false"),
            pool.Known(Ec2Labels.Category, category),
            pool.Known(Ec2Labels.Generation, generation),
            pool.Known(Ec2Labels.Family, type.Family),
            pool.Known(Ec2Labels.Size, type.Size),
            pool.In(Ec2Labels.CapabilityFlex, type.IsFlex ? "true" : "false"),
            pool.Known(Ec2Labels.Cpu, type.Vcpus),
            pool.Known(Ec2Labels.CpuManufacturer, type.CpuManufacturer),
            pool.Known(Ec2Labels.CpuClock, type.ClockMhz),
            pool.Known(Ec2Labels.Memory, type.MemoryMib),
            pool.Known(Ec2Labels.EbsBandwidth, type.EbsMbps),
            pool.Known(Ec2Labels.NetworkBandwidth, type.NetworkMbps),
            pool.Known(Ec2Labels.LocalNvme, type.NvmeGb),
            pool.Known(Ec2Labels.GpuName, type.GpuName),
            pool.Known(Ec2Labels.GpuManufacturer, type.GpuManufacturer),
            pool.Known(Ec2Labels.GpuCount, type.GpuCount),
            pool.Known(Ec2Labels.GpuMemory, type.GpuMemoryMib),
            pool.Known(Ec2Labels.AcceleratorName, type.AcceleratorName),
            pool.Known(Ec2Labels.AcceleratorManufacturer, type.AcceleratorManufacturer),
            pool.Known(Ec2Labels.AcceleratorCount, type.AcceleratorCount),
            pool.In(Ec2Labels.Tenancy, "default", "dedicated"),
        ];
    }

    /// <summary>Resources with an amount of zero are left out: nothing can ask for them either way.</summary>
    public static ResourceList Capacity(Ec2TypeFacts type, Settings settings) =>
        ResourceList.From(
            new (string Name, Quantity Amount)[]
            {
                ("cpu", Quantity.FromUnits(type.Vcpus)),
                ("memory", Quantity.FromBytes(MemoryMib(type, settings) * Mib)),
                ("ephemeral-storage", Quantity.FromBytes(settings.EphemeralBytes)),
                ("pods", Quantity.FromUnits(type.EniLimitedPods(settings.ReservedEnis))),
                (Ec2Resources.PodEni, Quantity.FromUnits(type.PodEnis)),
                (Ec2Resources.NvidiaGpu, Quantity.FromUnits(type.NvidiaGpus)),
                (Ec2Resources.AmdGpu, Quantity.FromUnits(type.AmdGpus)),
                (Ec2Resources.Gaudi, Quantity.FromUnits(type.Gaudis)),
                (Ec2Resources.Neuron, Quantity.FromUnits(type.Neurons)),
                (Ec2Resources.NeuronCore, Quantity.FromUnits(type.NeuronCores)),
                (Ec2Resources.Efa, Quantity.FromUnits(type.EfaInterfaces)),
            }
                .Where(entry => !entry.Amount.IsZero)
                .Select(entry => KeyValuePair.Create(entry.Name, entry.Amount))
        );

    /// <summary>
    /// The memory part of kube-reserved grows with the pods that all interfaces would allow, whatever limit on pods is
    /// set: upstream's rule for the families of Amazon Linux.
    /// </summary>
    public static InstanceTypeOverhead Overhead(Ec2TypeFacts type, Settings settings) =>
        new(
            ResourceList.Create(
                ("cpu", Quantity.FromMillis(ReservedCpu(type.Vcpus * 1000))),
                ("memory", Quantity.FromBytes((11 * type.EniLimitedPods(reservedEnis: 0) + 255) * Mib)),
                ("ephemeral-storage", Quantity.FromBytes(Gib))
            ),
            ResourceList.Empty,
            ResourceList.Create(
                ("memory", Quantity.FromBytes(100 * Mib)),
                ("ephemeral-storage", Quantity.FromBytes((settings.EphemeralBytes + 9) / 10))
            )
        );

    private static long MemoryMib(Ec2TypeFacts type, Settings settings)
    {
        var mib = type.MemoryMib - (type.Architecture == "arm64" ? ArmMemoryWithheld : 0);
        return mib - (long)Math.Ceiling(mib * Mib * settings.MemoryOverhead / 1024 / 1024);
    }

    internal static long ReservedCpu(long millis)
    {
        long reserved = 0,
            from = 0;
        foreach (var (upto, share) in CpuTiers)
        {
            if (millis <= from)
                break;
            reserved += (long)Math.Floor((Math.Min(millis, upto) - from) * share);
            from = upto;
        }
        return reserved;
    }
}
