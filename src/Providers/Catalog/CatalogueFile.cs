using System.Globalization;
using System.Text.Json;
using Tenon.Api.Core;
using Tenon.Domain.Catalog;
using Tenon.Domain.Requirements;
using Tenon.Foundation.Units;

namespace Tenon.Providers.Catalog;

/// <summary>
/// Reads the JSON of KWOK's <c>INSTANCE_TYPES_FILE_PATH</c>: an array of types with <c>name</c>, <c>architecture</c>,
/// <c>operatingSystems</c>, <c>resources</c>, and <c>offerings</c> of <c>Price</c> and <c>Requirements</c>. Field names
/// are read in any letter case, as Go does. The older form of an offering (<c>zone</c>, <c>capacityType</c>,
/// <c>price</c>) and of the operating systems (an object whose keys are the names) is read too. Every offering counts
/// as available. Errors: the first fault, as one line naming file, entry and field.
/// </summary>
internal static class CatalogueFile
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string CapacityType = "karpenter.sh/capacity-type";

    /// <summary>A document nested deeper is refused.</summary>
    private const int MostDepth = 16;

    private static readonly string[] CapacityTypes = ["on-demand", "reserved", "spot"];

    /// <summary>A fault in an otherwise readable document. It never leaves this class.</summary>
    private sealed class Fault(string field, string what) : Exception($"{field}: {what}");

    public static CatalogueOutcome Parse(ReadOnlyMemory<byte> json, string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostDepth });
        }
        catch (JsonException failure)
        {
            var line = (failure.LineNumber ?? 0) + 1;
            return new CatalogueOutcome.Refused(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"catalogue {path}: line {line}: not JSON: {FirstSentence(failure.Message)}"
                )
            );
        }
        using (document)
            return Read(document.RootElement, path);
    }

    private static CatalogueOutcome Read(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0)
            return new CatalogueOutcome.Refused(
                $"catalogue {path}: expected a JSON array of instance types with at least one entry"
            );
        var entries = ImmutableArray.CreateBuilder<CatalogueEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in root.EnumerateArray())
        {
            try
            {
                var entry = Entry(element);
                if (!names.Add(entry.Name))
                    throw new Fault("name", "the same name was used by an earlier entry");
                entries.Add(entry);
            }
            catch (Fault fault)
            {
                return new CatalogueOutcome.Refused(
                    $"catalogue {path}: entry {entries.Count + 1}{Named(element)}: {fault.Message}"
                );
            }
        }
        return new CatalogueOutcome.Loaded(
            CatalogueEntries.Build(
                path,
                entries.ToImmutable(),
                onDemandPrices: $"the file {path}",
                spotPrices: $"the file {path}"
            )
        );
    }

    private static CatalogueEntry Entry(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw new Fault("entry", "expected an object");
        return new CatalogueEntry(
            Text(entry, "name", "name"),
            Text(entry, "architecture", "architecture"),
            Systems(Field(entry, "operatingSystems", "operatingSystems")),
            Resources(Field(entry, "resources", "resources")),
            Offerings(Field(entry, "offerings", "offerings"))
        );
    }

    private static ImmutableArray<string> Systems(JsonElement value)
    {
        var names = value.ValueKind switch
        {
            JsonValueKind.Array => value
                .EnumerateArray()
                .Select(item => Text(item, "operatingSystems"))
                .ToImmutableArray(),
            JsonValueKind.Object => value.EnumerateObject().Select(item => item.Name).ToImmutableArray(),
            _ => throw new Fault("operatingSystems", "expected an array of names"),
        };
        return names.IsEmpty ? throw new Fault("operatingSystems", "at least one is needed") : names;
    }

    private static ResourceList Resources(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new Fault("resources", "expected an object of quantities");
        var resources = ResourceList.From(
            value
                .EnumerateObject()
                .Select(item => KeyValuePair.Create(item.Name, Quantity(item.Value, $"resources.{item.Name}")))
        );
        foreach (var needed in (string[])["cpu", "memory"])
            if (resources.Of(needed).Sign <= 0)
                throw new Fault($"resources.{needed}", "a positive quantity is needed");
        return resources;
    }

    private static Quantity Quantity(JsonElement value, string field)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new Fault(field, "expected a quantity such as \"4\" or \"16Gi\""),
        };
        if (!Api.Core.Quantity.TryParse(text, out var quantity))
            throw new Fault(field, $"\"{text}\" is not a quantity");
        return quantity.Sign < 0 ? throw new Fault(field, $"\"{text}\" is negative") : quantity;
    }

    private static ImmutableArray<Offering> Offerings(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            throw new Fault("offerings", "expected an array with at least one offering");
        return
        [
            .. value
                .EnumerateArray()
                .Select((item, at) => Offering(item, string.Create(CultureInfo.InvariantCulture, $"offerings[{at}]"))),
        ];
    }

    private static Offering Offering(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new Fault(field, "expected an object");
        var requirements = TryField(value, "requirements") is { } list
            ? Requirements(list, field + ".Requirements")
            : RequirementSet.Of(
                Requirement.In(Zone, Text(value, "zone", field + ".zone")),
                Requirement.In(CapacityType, Text(value, "capacityType", field + ".capacityType"))
            );
        foreach (var key in (string[])[Zone, CapacityType])
            if (requirements.Of(key) is not { IsComplement: false, Values.Length: 1 })
                throw new Fault(field + ".Requirements", $"needs {key} In one value");
        if (requirements.Of(CapacityType).Values[0] is var capacityType && !CapacityTypes.Contains(capacityType))
            throw new Fault(
                field + ".Requirements",
                $"{CapacityType} is \"{capacityType}\", use on-demand, spot or reserved"
            );
        return new Offering
        {
            Requirements = requirements,
            Price = Price(Field(value, "price", field + ".Price"), field + ".Price"),
            Available = true,
        };
    }

    private static RequirementSet Requirements(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw new Fault(field, "expected an array of requirements");
        var set = RequirementSet.Empty;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
                throw new Fault(field, "expected an object with key, operator and values");
            var key = Text(item, "key", field + ".key");
            var operation = Text(item, "operator", field + ".operator");
            if (operation is not ("In" or "NotIn" or "Exists" or "DoesNotExist"))
                throw new Fault($"{field} {key}", $"operator \"{operation}\" is not In, NotIn, Exists or DoesNotExist");
            var values = TryField(item, "values") is { ValueKind: JsonValueKind.Array } list
                ? list.EnumerateArray().Select(entry => Text(entry, $"{field} {key}")).ToArray()
                : [];
            set = set.Add(Requirement.From(key, operation, values));
        }
        return set;
    }

    private static HourlyPrice Price(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var price))
            throw new Fault(field, "expected a number, the price of one hour");
        const decimal Most = 1_000_000m;
        return price is < 0 or > Most
            ? throw new Fault(field, $"{value.GetRawText()} is not between 0 and {Most}")
            : HourlyPrice.FromDollars(price);
    }

    private static string Text(JsonElement owner, string name, string field) => Text(Field(owner, name, field), field);

    private static string Text(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new Fault(field, "expected a text that is not empty");

    private static JsonElement Field(JsonElement owner, string name, string field) =>
        TryField(owner, name) ?? throw new Fault(field, "is missing");

    private static JsonElement? TryField(JsonElement owner, string name)
    {
        foreach (var property in owner.EnumerateObject())
            if (
                property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                && property.Value.ValueKind != JsonValueKind.Null
            )
                return property.Value;
        return null;
    }

    private static string Named(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && TryField(entry, "name") is { ValueKind: JsonValueKind.String } name
            ? $" (\"{name.GetString()}\")"
            : "";

    private static string FirstSentence(string message) =>
        message.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;
}
