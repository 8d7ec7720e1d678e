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

        /// <summary>Local disks hold pods' ephemeral storage where a type has some.</summary>
        public bool Raid0 { get; init; }

        /// <summary>
        /// Memory kept for the kubelet follows from the pods all interfaces allow, not from the limit.
        /// </summary>
        public bool EniLimitedMemory { get; init; } = true;

        /// <summary>Without it 110 pods, whatever the interfaces.</summary>
        public bool EniLimitedPods { get; init; } = true;

        public long? MaxPods { get; init; }

        /// <summary>Zero and null mean no such limit.</summary>
        public long? PodsPerCore { get; init; }

        /// <summary>Interfaces for EFA alone that the class puts on the first card.</summary>
        public long EfaOnlyOnFirstCard { get; init; }

        /// <summary>Interfaces for EFA that the class configures; null leaves as many as the type has.</summary>
        public long? ConfiguredEfa { get; init; }

        /// <summary>Replace single entries of what is kept by default.</summary>
        public ResourceList KubeReserved { get; init; } = ResourceList.Empty;

        public ResourceList SystemReserved { get; init; } = ResourceList.Empty;

        /// <summary>Signal → quantity or percentage, as a kubelet is told.</summary>
        public ImmutableSortedDictionary<string, string> EvictionHard { get; init; } =
            ImmutableSortedDictionary<string, string>.Empty;

        /// <summary>Null for Linux.</summary>
        public string? WindowsBuild { get; init; }

        /// <summary>Memory that nodes of this type really reported.</summary>
        public long? DiscoveredMemory { get; init; }

        internal long EphemeralOf(Ec2TypeFacts type) =>
            Raid0 && type.NvmeGb is > 0 and var gigabytes ? gigabytes * 1_000_000_000 : EphemeralBytes;

        /// <summary>Pods a node takes.</summary>
        public long PodsOf(Ec2TypeFacts type)
        {
            var pods =
                MaxPods ?? (EniLimitedPods ? type.EniLimitedPods(ReservedEnis + EfaOnlyOnFirstCard) : PodsWithoutEnis);
            return PodsPerCore is > 0 and var perCore ? Math.Min(perCore * type.Vcpus, pods) : pods;
        }
    }

    private const long PodsWithoutEnis = 110;

    /// <summary>The labels of the type itself; those of its offerings (zone, capacity type) are the caller's.</summary>
    /// <param name="pool">Lends one object to all types that say the same.</param>
    /// <param name="windowsBuild">Null for Linux.</param>
    public static IEnumerable<Requirement> Labels(
        Ec2TypeFacts type,
        string region,
        RequirementPool pool,
        string? windowsBuild = null
    )
    {
        var (category, generation) = type.Scheme;
        return
        [
            pool.In("node.kubernetes.io/instance-type", type.Name),
            pool.Known("kubernetes.io/arch", type.Architecture),
            windowsBuild is null ? pool.In("kubernetes.io/os", "linux")
            : type.Architecture == "amd64" ? pool.In("kubernetes.io/os", "windows")
            : pool.None("kubernetes.io/os"),
            pool.Known("node.kubernetes.io/windows-build", windowsBuild),
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
                ("memory", Quantity.FromBytes(settings.DiscoveredMemory ?? MemoryMib(type, settings) * Mib)),
                ("ephemeral-storage", Quantity.FromBytes(settings.EphemeralOf(type))),
                ("pods", Quantity.FromUnits(settings.PodsOf(type))),
                (Ec2Resources.PodEni, Quantity.FromUnits(type.PodEnis)),
                (Ec2Resources.NvidiaGpu, Quantity.FromUnits(type.NvidiaGpus)),
                (Ec2Resources.AmdGpu, Quantity.FromUnits(type.AmdGpus)),
                (Ec2Resources.Gaudi, Quantity.FromUnits(type.Gaudis)),
                (Ec2Resources.Neuron, Quantity.FromUnits(type.Neurons)),
                (Ec2Resources.NeuronCore, Quantity.FromUnits(type.NeuronCores)),
                (Ec2Resources.Efa, Quantity.FromUnits(settings.ConfiguredEfa ?? type.EfaInterfaces)),
                (
                    Ec2Resources.PrivateIpv4Address,
                    Quantity.FromUnits(settings.WindowsBuild is null ? 0 : Math.Max((type.KnownIpv4PerEni ?? 1) - 1, 0))
                ),
            }
                .Where(entry => !entry.Amount.IsZero)
                .Select(entry => KeyValuePair.Create(entry.Name, entry.Amount))
        );

    /// <summary>
    /// The memory part of kube-reserved grows with the pods that all interfaces would allow, whatever limit on pods is
    /// set: upstream's rule for the families of Amazon Linux.
    /// </summary>
    public static InstanceTypeOverhead Overhead(Ec2TypeFacts type, Settings settings)
    {
        var memory = MemoryMib(type, settings) * Mib;
        var storage = settings.EphemeralOf(type);
        var pods = settings.EniLimitedMemory ? type.EniLimitedPods(reservedEnis: 0) : settings.PodsOf(type);
        return new InstanceTypeOverhead(
            Over(
                ResourceList.Create(
                    ("cpu", Quantity.FromMillis(ReservedCpu(type.Vcpus * 1000))),
                    ("memory", Quantity.FromBytes((11 * pods + 255) * Mib)),
                    ("ephemeral-storage", Quantity.FromBytes(Gib))
                ),
                settings.KubeReserved
            ),
            settings.SystemReserved,
            ResourceList.Create(
                ("memory", Threshold(settings, "memory.available", memory) ?? Quantity.FromBytes(100 * Mib)),
                (
                    "ephemeral-storage",
                    Threshold(settings, "nodefs.available", storage) ?? Quantity.FromBytes((storage + 9) / 10)
                )
            )
        );
    }

    private static ResourceList Over(ResourceList list, ResourceList over) =>
        over.Aggregate(list, (merged, entry) => merged.With(entry.Key, entry.Value));

    /// <summary>A percentage is of the whole, rounded up; all of it means no threshold.</summary>
    private static Quantity? Threshold(Settings settings, string signal, long whole)
    {
        if (!settings.EvictionHard.TryGetValue(signal, out var text))
            return null;
        if (!text.EndsWith('%'))
            return Quantity.TryParse(text, out var quantity) ? quantity : null;
        if (
            !double.TryParse(
                text.AsSpan(0, text.Length - 1),
                System.Globalization.NumberStyles.Float,
                System.Globalization.CultureInfo.InvariantCulture,
                out var percent
            )
        )
            return null;
        return Quantity.FromBytes(percent >= 100 ? 0 : (long)Math.Ceiling(whole / 100.0 * percent));
    }

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
