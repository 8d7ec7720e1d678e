namespace Tenon.Providers.Catalog.Ec2;

/// <summary>
/// The embedded facts on every EC2 instance type and the on-demand prices of the regions that have a list.
/// </summary>
public static class Ec2Facts
{
    /// <summary>The region whose prices stand in where a region has no list.</summary>
    public const string FallbackRegion = "us-east-1";

    private static readonly Lazy<ImmutableArray<Ec2TypeFacts>> Types = new(ReadTypes);
    private static readonly Lazy<ImmutableSortedDictionary<string, PriceList>> Prices = new(ReadPrices);

    /// <summary>
    /// Types whose machines can become nodes and whose figures are all published, in ordinal order of their names.
    /// </summary>
    public static ImmutableArray<Ec2TypeFacts> Usable => Types.Value;

    /// <summary>The facts under a name, where they are embedded.</summary>
    public static Ec2TypeFacts? Find(string name)
    {
        var (low, high) = (0, Usable.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(Usable[middle].Name, name);
            if (order == 0)
                return Usable[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return null;
    }

    /// <summary>The region's own list, else that of <see cref="FallbackRegion"/>.</summary>
    public static PriceList PricesOf(string region) =>
        Prices.Value.GetValueOrDefault(region) ?? Prices.Value[FallbackRegion];

    /// <param name="Region">Whose list this is, which need not be the region asked for.</param>
    /// <param name="MicrosPerHour">Millionths of the currency by instance type.</param>
    public sealed record PriceList(string Region, string Currency, IReadOnlyDictionary<string, long> MicrosPerHour);

    private static ImmutableArray<Ec2TypeFacts> ReadTypes()
    {
        var table = CompactTable.Embedded("ec2-types.tcat");
        // "L" marks a row of the published label page; the others are Mac hosts and types that are no longer offered.
        return
        [
            .. Enumerable
                .Range(0, table.Rows)
                .Where(row => table.Text("src", row)!.Contains('L', StringComparison.Ordinal))
                .Select(row => Facts(table, row)),
        ];
    }

    private static Ec2TypeFacts Facts(CompactTable table, int row) =>
        new()
        {
            Name = table.Text("name", row)!,
            Architecture = table.Text("arch", row),
            CpuManufacturer = table.Text("cpu_vendor", row),
            ClockMhz = table.Number("clock_mhz", row),
            Hypervisor = table.Text("hypervisor", row) ?? "",
            BareMetal = table.Flag("bare_metal", row),
            Vcpus = table.Number("vcpu", row) ?? 0,
            MemoryMib = table.Number("memory_mib", row) ?? 0,
            EncryptionInTransit = table.Flag("enc_transit", row),
            EbsMbps = table.Number("ebs_max_mbps", row),
            NetworkMbps = table.Number("net_mbps", row),
            NvmeGb = table.Number("nvme_gb", row),
            GpuName = table.Text("gpu_name", row),
            GpuManufacturer = table.Text("gpu_vendor", row),
            GpuCount = table.Number("gpu_count", row),
            GpuMemoryMib = table.Number("gpu_mem_mib", row),
            AcceleratorName = table.Text("accel_name", row),
            AcceleratorManufacturer = table.Text("accel_vendor", row),
            AcceleratorCount = table.Number("accel_count", row),
            NvidiaGpus = table.Count("nvidia_gpu", row),
            AmdGpus = table.Count("amd_gpu", row),
            // The table has no column for Gaudi: an accelerator of Habana's is one.
            Gaudis = table.Text("gpu_vendor", row) == "habana" ? table.Count("gpu_count", row) : 0,
            Neurons = table.Count("neuron", row),
            NeuronCores = table.Count("neuroncore", row),
            EfaInterfaces = table.Count("efa", row),
            PodEnis = table.Count("pod_eni", row),
            DefaultCardEnis = table.Number("enis_default_card", row),
            Ipv4PerEni = table.Number("ipv4_per_eni", row),
            KnownIpv4PerEni = table.Number("ipv4_per_eni", row),
            UnexplainedPods = table.Count("unexplained_pods", row),
        };

    private static ImmutableSortedDictionary<string, PriceList> ReadPrices()
    {
        var table = CompactTable.Embedded("ec2-prices.tcat");
        var lists = ImmutableSortedDictionary.CreateBuilder<string, PriceList>(StringComparer.Ordinal);
        foreach (var column in table.Columns.Skip(1))
        {
            var (region, currency) = column.Split(':') is [var first, var second] ? (first, second) : (column, "USD");
            var prices = new Dictionary<string, long>(StringComparer.Ordinal);
            for (var row = 0; row < table.Rows; row++)
                if (table.Number(column, row) is { } price)
                    prices.Add(table.Text("name", row)!, price);
            lists.Add(region, new PriceList(region, currency, prices));
        }
        return lists.ToImmutable();
    }
}
