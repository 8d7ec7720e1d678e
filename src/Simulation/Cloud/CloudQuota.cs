using Tenon.Api.Names;
using Tenon.Domain.Catalog;
using Tenon.Providers.Port;

namespace Tenon.Simulation.Cloud;

/// <summary>
/// Which account quota a machine counts against: EC2's groups of families (the letters in front of the generation),
/// each with one quota for on-demand and one for spot, counted in vCPUs.
/// </summary>
public static class CloudQuota
{
    private const string Standard = "standard";

    /// <summary>For example <c>standard/on-demand</c> for an m5.large, <c>g/spot</c> for a g5.xlarge.</summary>
    public static string Of(OfferingKey key)
    {
        var letters = key.InstanceType.AsSpan();
        var end = 0;
        while (end < letters.Length && char.IsAsciiLetter(letters[end]))
            end++;
        var group = letters[..end] switch
        {
            "a" or "c" or "d" or "h" or "i" or "im" or "is" or "m" or "r" or "s" or "t" or "z" => Standard,
            "gr" or "vt" => "g",
            "" => Standard,
            var other => other.ToString(),
        };
        return $"{group}/{(key.CapacityType == CapacityTypes.Spot ? CapacityTypes.Spot : CapacityTypes.OnDemand)}";
    }

    public static long Vcpus(InstanceType type) => type.Capacity.Of(Resources.Cpu).ToUnits();

    internal static string FamilyOf(string instanceType) =>
        instanceType.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? instanceType[..dot] : instanceType;
}
