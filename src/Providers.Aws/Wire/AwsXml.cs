using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Tenon.Providers.Aws.Wire;

/// <summary>
/// An element of an XML answer, read by local names only: AWS versions its namespaces, and the shape does not change
/// with them. What is absent reads as null, so that a newer or an emulated service may leave things out.
/// </summary>
public readonly struct AwsXml
{
    /// <summary>Characters an answer may have; far above any page we ask for.</summary>
    private const long MostCharacters = 64 << 20;

    private readonly XElement? _element;

    private AwsXml(XElement? element) => _element = element;

    public bool Exists => _element is not null;

    public string Name => _element?.Name.LocalName ?? "";

    /// <exception cref="XmlException">The bytes are not XML.</exception>
    public static AwsXml Parse(ReadOnlyMemory<byte> body)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            MaxCharactersInDocument = MostCharacters,
        };
        using var reader = XmlReader.Create(new MemoryStream(body.ToArray()), settings);
        return new AwsXml(XElement.Load(reader));
    }

    /// <summary>The element below, by names separated with slashes.</summary>
    public AwsXml Of(string path)
    {
        var at = _element;
        foreach (var name in path.Split('/'))
            at = at?.Elements().FirstOrDefault(child => child.Name.LocalName == name);
        return new AwsXml(at);
    }

    /// <summary>The elements of a list, whatever they are called; none when the list is absent.</summary>
    public IEnumerable<AwsXml> Items(string path) =>
        Of(path)._element?.Elements().Select(child => new AwsXml(child)) ?? [];

    /// <summary>Null when absent or empty.</summary>
    public string? Text(string path) => Of(path)._element?.Value is { Length: > 0 } text ? text : null;

    /// <summary>This element's own text.</summary>
    public string Value => _element?.Value ?? "";

    public long? Number(string path) =>
        long.TryParse(Text(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public decimal? Decimal(string path) =>
        decimal.TryParse(Text(path), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool Flag(string path) => Text(path) == "true";

    public DateTimeOffset? Time(string path) =>
        DateTimeOffset.TryParse(Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
