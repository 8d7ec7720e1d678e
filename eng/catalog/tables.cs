#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
// Makes the embedded catalogue tables of src/Providers from tab-separated fact files.
//
//   dotnet run eng/catalog/tables.cs -- FACTS_FOLDER [REPOSITORY_ROOT]
//
// FACTS_FOLDER holds instance-types.tsv and on-demand-prices.tsv (columns are described in docs/catalogue.md).
// Output, the same bytes for the same facts on every machine:
//   src/Providers/Catalog/Tables/ec2-types.tcat    one row per EC2 instance type
//   src/Providers/Catalog/Tables/ec2-prices.tcat   one row per type, one column per region with a price list
//   tests/Providers.Tests/Golden/ec2-allocatable.tsv   what a node of each type can allocate, for the tests alone
//
// A .tcat file is Brotli over UTF-8 text: a line `tcat 1`, a line `rows N`, then one line per column: its name and its
// N cells, separated by tabs. Column by column, like stands beside like, which is what makes it small.
using System.Globalization;
using System.IO.Compression;
using System.Text;

if (args.Length is < 1 or > 2)
{
    Console.Error.WriteLine("usage: dotnet run eng/catalog/tables.cs -- FACTS_FOLDER [REPOSITORY_ROOT]");
    return 2;
}
var facts = args[0];
var root = args.Length == 2 ? args[1] : Directory.GetCurrentDirectory();

string[] kept =
[
    "name",
    "arch",
    "cpu_vendor",
    "clock_mhz",
    "hypervisor",
    "bare_metal",
    "vcpu",
    "memory_mib",
    "enc_transit",
    "ebs_max_mbps",
    "net_mbps",
    "nvme_gb",
    "gpu_name",
    "gpu_vendor",
    "gpu_count",
    "gpu_mem_mib",
    "accel_name",
    "accel_vendor",
    "accel_count",
    "neuron",
    "neuroncore",
    "nvidia_gpu",
    "amd_gpu",
    "efa",
    "pod_eni",
    "enis_default_card",
    "ipv4_per_eni",
    "trunking",
    "branch_enis",
    "default_card",
    "cards",
    "unexplained_pods",
    "src",
];
string[] allocatable = ["name", "alloc_cpu_m", "alloc_mem_mib", "alloc_eph_mib", "alloc_pods", "src"];

var types = WithUnexplainedPods(Table.Read(Path.Combine(facts, "instance-types.tsv")).SortedBy("name"));
types.Select(kept).WriteCompact(Path.Combine(root, "src/Providers/Catalog/Tables/ec2-types.tcat"));
types.Select(allocatable).WriteText(Path.Combine(root, "tests/Providers.Tests/Golden/ec2-allocatable.tsv"));
Prices(Table.Read(Path.Combine(facts, "on-demand-prices.tsv")))
    .WriteCompact(Path.Combine(root, "src/Providers/Catalog/Tables/ec2-prices.tcat"));
return 0;

// Eight types publish how many pods they hold, but not the interfaces that it follows from: for these alone the number
// is kept.
static Table WithUnexplainedPods(Table types) =>
    new(
        [.. types.Names, "unexplained_pods"],
        [
            .. types.Rows.Select(row =>
                (string[])[.. row, row[types.Column("enis_default_card")] == "" ? row[types.Column("alloc_pods")] : ""]
            ),
        ]
    );

// Prices in whole millionths of the currency, one column `region:currency` each, empty where the region has no price.
static Table Prices(Table rows)
{
    var cells = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
    var columns = new SortedSet<string>(StringComparer.Ordinal);
    foreach (var row in rows.Rows)
    {
        var column = $"{row[rows.Column("region")]}:{row[rows.Column("currency")]}";
        var price = decimal.Parse(row[rows.Column("price_per_hour")], CultureInfo.InvariantCulture) * 1_000_000m;
        if (price != decimal.Truncate(price))
            throw new InvalidDataException($"{string.Join(' ', row)}: finer than a millionth");
        columns.Add(column);
        var type = row[rows.Column("instance_type")];
        if (!cells.TryGetValue(type, out var prices))
            cells.Add(type, prices = new(StringComparer.Ordinal));
        prices.Add(column, ((long)price).ToString(CultureInfo.InvariantCulture));
    }
    return new Table(
        ["name", .. columns],
        [
            .. cells.Select(type =>
                (string[])[type.Key, .. columns.Select(column => type.Value.GetValueOrDefault(column, ""))]
            ),
        ]
    );
}

sealed record Table(string[] Names, string[][] Rows)
{
    public int Column(string name) =>
        Array.IndexOf(Names, name) is var at and >= 0 ? at : throw new InvalidDataException($"no column {name}");

    public static Table Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var names = lines[0].Split('\t');
        var rows = lines.Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t')).ToArray();
        foreach (var row in rows)
            if (row.Length != names.Length)
                throw new InvalidDataException($"{path}: {row[0]} has {row.Length} cells of {names.Length}");
        return new Table(names, rows);
    }

    public Table SortedBy(string name) =>
        this with
        {
            Rows = [.. Rows.OrderBy(row => row[Column(name)], StringComparer.Ordinal)],
        };

    public Table Select(string[] names)
    {
        var at = names.Select(Column).ToArray();
        return new Table(names, [.. Rows.Select(row => at.Select(column => row[column]).ToArray())]);
    }

    public void WriteText(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Concat(Rows.Prepend(Names).Select(row => string.Join('\t', row) + "\n")));
    }

    public void WriteCompact(string path)
    {
        var text = new StringBuilder("tcat 1\nrows ").Append(Rows.Length).Append('\n');
        for (var column = 0; column < Names.Length; column++)
        {
            text.Append(Names[column]);
            foreach (var row in Rows)
                text.Append('\t').Append(row[column]);
            text.Append('\n');
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            brotli.Write(Encoding.UTF8.GetBytes(text.ToString()));
        File.WriteAllBytes(path, packed.ToArray());
        Console.Error.WriteLine($"{path}: {Rows.Length} rows, {packed.Length} bytes");
    }
}
