using System.Globalization;
using System.Text.RegularExpressions;

namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// What EC2 tells about one instance type, in the figures that labels, capacity and overhead are made from. Made from
/// the embedded table, or from a live answer of DescribeInstanceTypes. Null means not known or not applicable.
/// </summary>
public sealed partial record Ec2TypeFacts
{
    public required string Name { get; init; }

    /// <summary><c>amd64</c> or <c>arm64</c>; null for a type no node can be made of.</summary>
    public required string? Architecture { get; init; }

    public string? CpuManufacturer { get; init; }
    public long? ClockMhz { get; init; }

    /// <summary><c>nitro</c>, <c>xen</c>, or empty for bare metal.</summary>
    public string Hypervisor { get; init; } = "";

    public bool BareMetal { get; init; }
    public required long Vcpus { get; init; }
    public required long MemoryMib { get; init; }
    public bool EncryptionInTransit { get; init; }
    public bool NitroEnclaves { get; init; }
    public long? EbsMbps { get; init; }
    public long? NetworkMbps { get; init; }

    /// <summary>Total local NVMe storage in 10⁹ bytes.</summary>
    public long? NvmeGb { get; init; }

    public string? GpuName { get; init; }
    public string? GpuManufacturer { get; init; }
    public long? GpuCount { get; init; }
    public long? GpuMemoryMib { get; init; }
    public string? AcceleratorName { get; init; }
    public string? AcceleratorManufacturer { get; init; }
    public long? AcceleratorCount { get; init; }
    public long NvidiaGpus { get; init; }
    public long AmdGpus { get; init; }
    public long Gaudis { get; init; }
    public long Neurons { get; init; }
    public long NeuronCores { get; init; }
    public long EfaInterfaces { get; init; }

    /// <summary>Branch interfaces, zero where trunking is not supported.</summary>
    public long PodEnis { get; init; }

    /// <summary>Interfaces on the default network card, the one that pods' addresses come from.</summary>
    public long? DefaultCardEnis { get; init; }

    public long? Ipv4PerEni { get; init; }

    /// <summary>The same from the built-in table of limits alone; null where a live answer is not in it.</summary>
    public long? KnownIpv4PerEni { get; init; }

    /// <summary>The published number of pods of a type whose interfaces are not published.</summary>
    public long UnexplainedPods { get; init; }

    /// <summary>The part of the name before the dot.</summary>
    public string? Family => Name.Split('.') is [var family, _] ? family : null;

    /// <summary>The part of the name after the dot.</summary>
    public string? Size => Name.Split('.') is [_, var size] ? size : null;

    public bool IsFlex => Family?.Contains("-flex", StringComparison.Ordinal) ?? false;

    /// <summary>
    /// The letters in front (<c>m</c> of <c>m5.large</c>) and the number after them, as upstream's expression finds
    /// them.
    /// </summary>
    public (string? Category, string? Generation) Scheme =>
        NameScheme().Match(Name) is { Success: true } match
            ? (match.Groups[1].Value, match.Groups[3].Value)
            : (null, null);

    /// <summary>
    /// Pods that the addresses of the default card allow, with some interfaces kept back. A type whose interfaces are
    /// not published (eight, most of them for HPC) has the published number, whatever is kept back.
    /// </summary>
    public long EniLimitedPods(long reservedEnis)
    {
        if (DefaultCardEnis is not { } all || Ipv4PerEni is not { } addresses)
            return UnexplainedPods;
        var enis = Math.Max(all - reservedEnis, 0);
        return enis == 0 ? 0 : enis * (addresses - 1) + 2;
    }

    [GeneratedRegex(@"(^[a-z]+)(\-[0-9]+tb)?([0-9]+).*\.", RegexOptions.CultureInvariant)]
    private static partial Regex NameScheme();

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
