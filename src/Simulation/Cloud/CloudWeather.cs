using Tenon.Providers.Catalog.Ec2;
using Tenon.Providers.Port;

namespace Tenon.Simulation.Cloud;

/// <summary>
/// When which offering is sold out: a function of the seed, the offering and the time, so that it can be asked in any
/// order and again. Time falls into spells, shifted from offering to offering lest everything change at once. Scenarios
/// may impose shortages of their own on top.
/// </summary>
public sealed class CloudWeather(CloudOptions options)
{
    private readonly CloudDraw _draw = new(options.Seed);
    private readonly List<Imposed> _imposed = [];

    private sealed record Imposed(string? InstanceType, string? Zone, string? CapacityType, DateTimeOffset Until)
    {
        public bool Concerns(OfferingKey key) =>
            (InstanceType is null || InstanceType == key.InstanceType)
            && (Zone is null || Zone == key.Zone)
            && (CapacityType is null || CapacityType == key.CapacityType);
    }

    public bool IsSoldOut(OfferingKey key, DateTimeOffset now)
    {
        foreach (var imposed in _imposed)
            if (now < imposed.Until && imposed.Concerns(key))
                return true;
        var share =
            key.CapacityType != "spot" ? options.OnDemandOutages
            : IsTight(key.InstanceType) ? options.TightSpotOutages
            : options.SpotOutages;
        if (share == 0)
            return false;
        var name = key.ToString();
        var shift = _draw.Below($"shift|{name}", options.Spell.Ticks);
        var spell = (now.UtcTicks + shift) / options.Spell.Ticks;
        return _draw.Chance(FormattableString.Invariant($"stock|{name}|{spell}"), share);
    }

    /// <summary>Nothing that matches is to be had until then. Null matches everything.</summary>
    public void Exhaust(string? instanceType, string? zone, string? capacityType, DateTimeOffset until) =>
        _imposed.Add(new Imposed(instanceType, zone, capacityType, until));

    /// <summary>Lifts what was imposed.</summary>
    public void Restock() => _imposed.Clear();

    public static bool IsTight(string instanceType) => SpotPriceModel.IsTight(CloudQuota.FamilyOf(instanceType));
}
