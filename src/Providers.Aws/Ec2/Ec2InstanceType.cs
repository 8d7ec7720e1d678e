using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Ec2;

/// <summary>One type as DescribeInstanceTypes tells it: the shared facts, and what only a live answer knows.</summary>
public sealed record Ec2InstanceType
{
    public required Ec2TypeFacts Facts { get; init; }

    /// <summary><c>on-demand</c>, <c>spot</c>, <c>capacity-block</c>.</summary>
    public required ImmutableArray<string> UsageClasses { get; init; }

    /// <summary>Interfaces each network card can hold, by card index.</summary>
    public required ImmutableArray<long> Cards { get; init; }

    public bool Ena { get; init; }
    public bool NestedVirtualization { get; init; }
    public ImmutableArray<string> PlacementStrategies { get; init; } = [];

    internal static Ec2InstanceType Read(AwsXml type) =>
        new()
        {
            Facts = FactsOf(type),
            UsageClasses = Texts(type, "supportedUsageClasses"),
            Cards =
            [
                .. type.Items("networkInfo/networkCards")
                    .OrderBy(card => card.Number("networkCardIndex"))
                    .Select(card => card.Number("maximumNetworkInterfaces") ?? 0),
            ],
            Ena = type.Text("networkInfo/enaSupport") is "supported" or "required",
            NestedVirtualization = Texts(type, "processorInfo/supportedFeatures")
                .Contains("nested-virtualization", StringComparer.Ordinal),
            PlacementStrategies = Texts(type, "placementGroupInfo/supportedStrategies"),
        };

    /// <summary>
    /// Rules of AWS provider specification §4.2 and §4.3. Branch interfaces and network bandwidth are not part of the
    /// answer; they come from the built-in table, by name.
    /// </summary>
    private static Ec2TypeFacts FactsOf(AwsXml type)
    {
        var name = type.Text("instanceType") ?? "";
        var known = Ec2Facts.Find(name);
        var (gpus, neurons, accelerators) = (
            type.Items("gpuInfo/gpus").ToArray(),
            type.Items("neuronInfo/neuronDevices").ToArray(),
            type.Items("inferenceAcceleratorInfo/accelerators").ToArray()
        );
        var gpu = gpus is [var onlyGpu] ? onlyGpu : default;
        var accelerator =
            neurons is [var onlyNeuron] ? onlyNeuron
            : neurons.Length == 0 && accelerators is [var onlyAccelerator] ? onlyAccelerator
            : default;
        return new Ec2TypeFacts
        {
            Name = name,
            Architecture = Texts(type, "processorInfo/supportedArchitectures")
                .Select(ArchitectureOf)
                .FirstOrDefault(it => it is not null),
            CpuManufacturer = Lowered(type.Text("processorInfo/manufacturer")),
            ClockMhz = type.Of("processorInfo").Exists
                ? (long)
                    Math.Round(
                        (type.Decimal("processorInfo/sustainedClockSpeedInGhz") ?? 0) * 1000,
                        MidpointRounding.AwayFromZero
                    )
                : null,
            Hypervisor = type.Text("hypervisor") ?? "",
            BareMetal = type.Flag("bareMetal"),
            Vcpus = type.Number("vCpuInfo/defaultVCpus") ?? 0,
            MemoryMib = type.Number("memoryInfo/sizeInMiB") ?? 0,
            EncryptionInTransit = type.Flag("networkInfo/encryptionInTransitSupported"),
            NitroEnclaves = type.Text("nitroEnclavesSupport") == "supported",
            EbsMbps =
                type.Text("ebsInfo/ebsOptimizedSupport") == "default"
                    ? type.Number("ebsInfo/ebsOptimizedInfo/maximumBandwidthInMbps")
                    : null,
            NetworkMbps = known?.NetworkMbps,
            NvmeGb =
                type.Text("instanceStorageInfo/nvmeSupport") is { } nvme && nvme != "unsupported"
                    ? type.Number("instanceStorageInfo/totalSizeInGB")
                    : null,
            GpuName = Lowered(gpu.Text("name")),
            GpuManufacturer = Lowered(gpu.Text("manufacturer")),
            GpuCount = gpu.Exists ? gpu.Number("count") ?? 0 : null,
            GpuMemoryMib = gpu.Exists ? gpu.Number("memoryInfo/sizeInMiB") ?? 0 : null,
            AcceleratorName = Lowered(accelerator.Text("name")),
            AcceleratorManufacturer =
                !accelerator.Exists ? null
                : neurons.Length > 0 ? "aws"
                : Lowered(accelerator.Text("manufacturer")),
            AcceleratorCount = accelerator.Exists ? accelerator.Number("count") ?? 0 : null,
            NvidiaGpus = CountOf(gpus, "NVIDIA"),
            AmdGpus = CountOf(gpus, "AMD"),
            Gaudis = CountOf(gpus, "Habana"),
            Neurons = neurons.Sum(device => device.Number("count") ?? 0),
            NeuronCores = neurons is [var first, ..]
                ? (first.Number("count") ?? 0) * (first.Number("coreInfo/count") ?? 0)
                : 0,
            EfaInterfaces = type.Number("networkInfo/efaInfo/maximumEfaInterfaces") ?? 0,
            PodEnis = known?.PodEnis ?? 0,
            DefaultCardEnis = DefaultCardEnis(type),
            KnownIpv4PerEni = known?.KnownIpv4PerEni,
            Ipv4PerEni = type.Number("networkInfo/ipv4AddressesPerInterface") ?? 0,
        };
    }

    private static long DefaultCardEnis(AwsXml type)
    {
        var card = type.Number("networkInfo/defaultNetworkCardIndex") ?? 0;
        foreach (var entry in type.Items("networkInfo/networkCards"))
            if (entry.Number("networkCardIndex") == card)
                return entry.Number("maximumNetworkInterfaces") ?? 0;
        return type.Number("networkInfo/maximumNetworkInterfaces") ?? 0;
    }

    private static long CountOf(IEnumerable<AwsXml> gpus, string manufacturer) =>
        gpus.Where(gpu => gpu.Text("manufacturer") == manufacturer).Sum(gpu => gpu.Number("count") ?? 0);

    private static string? ArchitectureOf(string name) =>
        name switch
        {
            "x86_64" => "amd64",
            "arm64" => "arm64",
            _ => null,
        };

    private static string? Lowered(string? name) => name?.ToLowerInvariant().Replace(' ', '-');

    private static ImmutableArray<string> Texts(AwsXml type, string list) =>
        [.. type.Items(list).Select(item => item.Value)];
}
