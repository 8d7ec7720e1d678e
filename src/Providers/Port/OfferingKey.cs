namespace Tenon.Providers.Port;

/// <summary>
/// One thing on sale: a type, in a zone, under a capacity type. Ordered by type, zone, capacity type.
/// </summary>
public readonly record struct OfferingKey(string InstanceType, string Zone, string CapacityType)
    : IComparable<OfferingKey>
{
    public int CompareTo(OfferingKey other)
    {
        var order = string.CompareOrdinal(InstanceType, other.InstanceType);
        if (order == 0)
            order = string.CompareOrdinal(Zone, other.Zone);
        return order != 0 ? order : string.CompareOrdinal(CapacityType, other.CapacityType);
    }

    public static bool operator <(OfferingKey a, OfferingKey b) => a.CompareTo(b) < 0;

    public static bool operator >(OfferingKey a, OfferingKey b) => a.CompareTo(b) > 0;

    public static bool operator <=(OfferingKey a, OfferingKey b) => a.CompareTo(b) <= 0;

    public static bool operator >=(OfferingKey a, OfferingKey b) => a.CompareTo(b) >= 0;

    /// <summary>Upstream's spelling of the key: <c>spot:m5.large:us-east-1a</c>.</summary>
    public override string ToString() => $"{CapacityType}:{InstanceType}:{Zone}";
}
