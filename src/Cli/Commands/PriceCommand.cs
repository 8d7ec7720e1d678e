using System.CommandLine;
using Spectre.Console;
using Tenon.Api.Core;
using Tenon.Cli.CommandLine;
using Tenon.Domain.Catalog;
using Tenon.Providers.Catalog;

namespace Tenon.Cli.Commands;

/// <summary>What a machine of a given size costs, cheapest first.</summary>
sealed class PriceCommand : TenonCommand
{
    readonly Option<string> _catalogue = Shared.Catalogue();
    readonly Option<bool> _json = Shared.Json();
    readonly Option<string> _cpu = new("--cpu")
    {
        Description = "At least this much allocatable CPU, as in a manifest.",
    };
    readonly Option<string> _memory = new("--memory") { Description = "At least this much allocatable memory." };
    readonly Option<string> _type = new("--type")
    {
        Description = "Only this instance type, or the types of this family.",
    };
    readonly Option<string> _arch = new("--arch") { Description = "Only this architecture." };
    readonly Option<string> _zone = new("--zone") { Description = "Only this zone." };
    readonly Option<string> _capacityType = new("--capacity-type")
    {
        Description = "Only spot, on-demand or reserved.",
    };
    readonly Option<int> _top = new("--top") { Description = "How many rows.", DefaultValueFactory = _ => 20 };

    public PriceCommand()
        : base("price", "Lists what machines cost, cheapest first.")
    {
        Add(_catalogue);
        Add(_cpu);
        Add(_memory);
        Add(_type);
        Add(_arch);
        Add(_zone);
        Add(_capacityType);
        Add(_top);
        Add(_json);
        SetAction(Run);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon price --cpu 4 --memory 16Gi --arch arm64", "the cheapest machine with room for one such pod"),
        ("tenon price --type m5 --capacity-type spot --zone us-east-1a", "one family on the spot market of one zone"),
        ("tenon price --catalog generic --top 5 --json", "for a script"),
    ];

    int Run(ParseResult arguments)
    {
        var catalogue = Shared.Open(arguments.GetRequiredValue(_catalogue));
        var cpu = Amount(arguments.GetValue(_cpu), "--cpu");
        var memory = Amount(arguments.GetValue(_memory), "--memory");
        var rows = catalogue
            .Types.Where(type => type.Allocatable.Of("cpu") >= cpu && type.Allocatable.Of("memory") >= memory)
            .Where(type => IsTypeOrFamily(type.Name, arguments.GetValue(_type)))
            .Where(type =>
                arguments.GetValue(_arch) is not { } arch || type.Requirements.Of("kubernetes.io/arch").Has(arch)
            )
            .SelectMany(type => type.Offerings.Select(offering => (Type: type, Offering: offering)))
            .Where(row => arguments.GetValue(_zone) is not { } zone || row.Offering.Zone == zone)
            .Where(row => arguments.GetValue(_capacityType) is not { } paid || row.Offering.CapacityType == paid)
            .OrderBy(row => row.Offering.Price)
            .ThenBy(row => row.Type.Name, StringComparer.Ordinal)
            .ThenBy(row => row.Offering.Zone, StringComparer.Ordinal)
            .Take(arguments.GetValue(_top))
            .ToList();
        if (rows.Count == 0)
            throw new UserFault($"catalogue {catalogue.Name}: no instance type is like that; ask for less");
        var output = arguments.InvocationConfiguration.Output;
        if (arguments.GetValue(_json))
            WriteJson(output, catalogue, rows);
        else
            WriteTable(output, catalogue, rows);
        return ExitCode.Ok;
    }

    static bool IsTypeOrFamily(string name, string? asked) =>
        asked is null || name == asked || name.StartsWith(asked + ".", StringComparison.Ordinal);

    static Quantity Amount(string? text, string option)
    {
        if (text is null)
            return Quantity.Zero;
        return Quantity.TryParse(text, out var amount)
            ? amount
            : throw new UserFault(
                $"{option}: '{text}' is not a quantity; write it as in a manifest, like 500m or 4Gi",
                ExitCode.Usage
            );
    }

    static void WriteTable(TextWriter output, Catalogue catalogue, List<(InstanceType Type, Offering Offering)> rows)
    {
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns("TYPE", "CPU", "MEMORY", "ARCH", "ZONE", "CAPACITY", "PER HOUR");
        foreach (var (type, offering) in rows)
            table.AddRow(
                type.Name,
                type.Capacity.Of("cpu").ToString(),
                Terminal.Gibibytes(type.Capacity.Of("memory")),
                type.Requirements.Of("kubernetes.io/arch").AnyValue(),
                offering.Zone,
                offering.CapacityType,
                $"{offering.Price} {catalogue.Currency}"
            );
        Terminal.Write(output, table);
        output.WriteLine($"On-demand: {catalogue.OnDemandPrices}");
        output.WriteLine($"Spot: {catalogue.SpotPrices}");
    }

    static void WriteJson(TextWriter output, Catalogue catalogue, List<(InstanceType Type, Offering Offering)> rows) =>
        output.WriteLine(
            Terminal.Json(json =>
            {
                json.WriteString("catalog", catalogue.Name);
                json.WriteString("currency", catalogue.Currency);
                json.WriteString("onDemandPrices", catalogue.OnDemandPrices);
                json.WriteString("spotPrices", catalogue.SpotPrices);
                json.WriteStartArray("offerings");
                foreach (var (type, offering) in rows)
                {
                    json.WriteStartObject();
                    json.WriteString("instanceType", type.Name);
                    json.WriteString("zone", offering.Zone);
                    json.WriteString("capacityType", offering.CapacityType);
                    json.WriteString("cpu", type.Capacity.Of("cpu").ToString());
                    json.WriteString("memory", type.Capacity.Of("memory").ToString());
                    json.WriteNumber("pricePerHour", offering.Price.Dollars);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            })
        );
}
