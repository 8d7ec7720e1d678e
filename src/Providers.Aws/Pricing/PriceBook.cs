using Tenon.Foundation.Units;
using Tenon.Providers.Aws.Ec2;
using Tenon.Providers.Catalog.Ec2;

namespace Tenon.Providers.Aws.Pricing;

/// <summary>
/// What machines cost (AWS provider specification §4.11). Begins with the embedded list of the region, or of us-east-1
/// where the region has none, and takes the on-demand price for the spot price until spot prices have been read once.
/// New figures go over old ones; an error never takes a figure away. Safe for concurrent use.
/// </summary>
public sealed class PriceBook(string region)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HourlyPrice> _onDemand = Ec2Facts
        .PricesOf(region)
        .MicrosPerHour.ToDictionary(price => price.Key, price => new HourlyPrice(price.Value), StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Zone), HourlyPrice> _spot = [];
    private bool _spotIsKnown;
    private long _version;

    public string Region { get; } = region;

    /// <summary>Moves with every change of a figure.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
                return _version;
        }
    }

    /// <summary>Null when nobody knows the price; the type cannot be bought on demand then.</summary>
    public HourlyPrice? OnDemand(string instanceType)
    {
        lock (_lock)
            return _onDemand.TryGetValue(instanceType, out var price) ? price : null;
    }

    /// <summary>Null when spot prices are known and this one is not among them: the offering does not exist.</summary>
    public HourlyPrice? Spot(string instanceType, string zone)
    {
        lock (_lock)
        {
            if (_spot.TryGetValue((instanceType, zone), out var price))
                return price;
            return !_spotIsKnown && _onDemand.TryGetValue(instanceType, out var whole) ? whole : null;
        }
    }

    public void MergeOnDemand(IEnumerable<KeyValuePair<string, HourlyPrice>> prices)
    {
        lock (_lock)
            foreach (var (type, price) in prices)
                if (price > HourlyPrice.Zero && (!_onDemand.TryGetValue(type, out var old) || old != price))
                {
                    _onDemand[type] = price;
                    _version++;
                }
    }

    /// <summary>Of several prices for one place the latest counts.</summary>
    public void MergeSpot(IEnumerable<Ec2SpotPrice> prices)
    {
        lock (_lock)
        {
            _version++;
            _spotIsKnown = true;
            foreach (var price in prices.OrderBy(it => it.At))
                if (price.Dollars > 0)
                    _spot[(price.InstanceType, price.Zone)] = HourlyPrice.FromDollars(price.Dollars);
        }
    }
}
