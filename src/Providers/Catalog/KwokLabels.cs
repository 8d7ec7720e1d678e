using System.Text.RegularExpressions;
using Tenon.Api.Names;
using Tenon.Domain.Requirements;

namespace Tenon.Providers.Catalog;

/// <summary>The labels that KWOK's provider puts on every type, whatever list it came from.</summary>
public static partial class KwokLabels
{
    public static readonly ImmutableArray<string> All =
    [
        WellKnownLabels.KwokInstanceCpu,
        WellKnownLabels.KwokInstanceFamily,
        WellKnownLabels.KwokInstanceMemory,
        WellKnownLabels.KwokInstanceSize,
    ];

    /// <param name="cpu">The quantity as written, also the size of a type whose name has none.</param>
    /// <param name="memory">The quantity as written.</param>
    public static IEnumerable<Requirement> For(string type, string cpu, string memory) =>
        [
            Requirement.In(WellKnownLabels.KwokInstanceSize, SizeOf(type, cpu)),
            Requirement.In(WellKnownLabels.KwokInstanceFamily, FamilyOf(type)),
            Requirement.In(WellKnownLabels.KwokInstanceCpu, cpu),
            Requirement.In(WellKnownLabels.KwokInstanceMemory, memory),
        ];

    /// <summary>The text before the first dot or dash; of a name without either, its first character.</summary>
    internal static string FamilyOf(string type) =>
        type.IndexOfAny(['.', '-']) is var at and >= 0 ? type[..at]
        : type.Length == 0 ? ""
        : type[..1];

    internal static string SizeOf(string type, string cpu) =>
        DottedSize().Match(type) is { Success: true } match ? match.Groups[1].Value : cpu;

    [GeneratedRegex(@"^\w+\.(nano|micro|small|medium|large|[0-9]*xlarge|metal)$", RegexOptions.CultureInvariant)]
    private static partial Regex DottedSize();
}
