using System.Globalization;
using System.Text.RegularExpressions;

namespace Tenon.Providers.Catalog.Ec2;

/// <summary>The zones of a region, as an account that was given its zones in order sees them.</summary>
internal static partial class Ec2Region
{
    /// <summary>Regions whose zones are not a, b, c.</summary>
    private static readonly Dictionary<string, string> Letters = new(StringComparer.Ordinal)
    {
        ["us-east-1"] = "abcdef",
        ["us-west-1"] = "ac",
        ["us-west-2"] = "abcd",
        ["ca-central-1"] = "abd",
        ["ap-northeast-1"] = "acd",
        ["ap-northeast-2"] = "abcd",
        ["cn-north-1"] = "abd",
    };

    public static bool IsName(string region) => Name().IsMatch(region);

    public static ImmutableArray<(string Zone, string ZoneId)> Zones(string region) =>
        [
            .. Letters
                .GetValueOrDefault(region, "abc")
                .Select(
                    (letter, at) =>
                        (
                            region + letter,
                            string.Create(CultureInfo.InvariantCulture, $"{ShortName(region)}-az{at + 1}")
                        )
                ),
        ];

    /// <summary>
    /// How EC2's zone ids abbreviate a region: <c>us-east-1</c> is <c>use1</c>, <c>ap-southeast-2</c> is <c>apse2</c>.
    /// </summary>
    internal static string ShortName(string region)
    {
        var parts = region.Split('-');
        return string.Concat(
            parts.Select(
                (part, at) =>
                    at == 0 || char.IsAsciiDigit(part[0])
                        ? part
                        : part switch
                        {
                            "northeast" => "ne",
                            "northwest" => "nw",
                            "southeast" => "se",
                            "southwest" => "sw",
                            _ => part[..1],
                        }
            )
        );
    }

    [GeneratedRegex("^[a-z]{2}(-[a-z]+)+-[1-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
