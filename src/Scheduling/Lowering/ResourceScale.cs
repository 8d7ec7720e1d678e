using Tenon.Api.Core;
using Tenon.Api.Names;
using Tenon.Scheduling.Model;

namespace Tenon.Scheduling.Lowering;

/// <summary>
/// Turns quantities into integers. Each resource has the coarsest unit among powers of ten nanos that keeps every
/// quantity exact. What lies beyond the range is clamped so that no sum can overflow and no verdict changes: a request
/// beyond it fits nowhere, a capacity beyond it holds anything below.
/// </summary>
internal sealed class ResourceScale
{
    /// <summary>No capacity counts for more; far below it, sums of requests on one node stay below twice it.</summary>
    public const long LargestCapacity = 1L << 60;

    /// <summary>A request clamped to this fits no capacity.</summary>
    public const long Unfit = 1L << 61;

    /// <summary>Cores come in thousandths nearly always; starting there keeps units equal from run to run.</summary>
    private const long MilliCpu = 1_000_000;
    private const long Whole = 1_000_000_000;

    private readonly Dictionary<string, int> _ids;
    private readonly List<long> _units;

    public ResourceScale()
        : this(new Dictionary<string, int>(StringComparer.Ordinal), []) { }

    private ResourceScale(Dictionary<string, int> ids, List<long> units) => (_ids, _units) = (ids, units);

    public int Count => _units.Count;

    /// <summary>A copy that may go on seeing.</summary>
    public ResourceScale Fork() => new(new(_ids, StringComparer.Ordinal), [.. _units]);

    /// <summary>Whether both give every quantity the same place and number.</summary>
    public bool IsLike(ResourceScale other)
    {
        if (_units.Count != other._units.Count)
            return false;
        foreach (var (name, id) in _ids)
            if (other._ids.GetValueOrDefault(name, -1) != id || other._units[id] != _units[id])
                return false;
        return true;
    }

    /// <summary>Must see every quantity before the first is scaled.</summary>
    public void See(ResourceList list)
    {
        foreach (var (name, quantity) in list)
            See(name, UnitOf(quantity));
    }

    public void See(string name, long unit)
    {
        if (!_ids.TryGetValue(name, out var id))
        {
            _ids.Add(name, id = _units.Count);
            _units.Add(name == Resources.Cpu ? MilliCpu : Whole);
        }
        _units[id] = Math.Min(_units[id], unit);
    }

    /// <summary>The largest power of ten nanos, up to a whole, of which the quantity is a multiple.</summary>
    public static long UnitOf(Quantity quantity)
    {
        var unit = Whole;
        if (quantity.Nanos is var nanos && nanos >= long.MinValue && nanos <= long.MaxValue)
        {
            var small = (long)nanos;
            while (unit > 1 && small % unit != 0)
                unit /= 10;
            return unit;
        }
        while (unit > 1 && nanos % unit != 0)
            unit /= 10;
        return unit;
    }

    public bool Knows(string name) => _ids.ContainsKey(name);

    public int IndexOf(string name) => _ids.GetValueOrDefault(name, -1);

    public long[] Requests(ResourceList list) => Scale(list, Unfit);

    public long[] Capacity(ResourceList list) => Scale(list, LargestCapacity);

    public long Scale(int resource, Quantity quantity, long largest)
    {
        var nanos = quantity.Nanos;
        if (nanos >= long.MinValue && nanos <= long.MaxValue)
            return Math.Clamp((long)nanos / _units[resource], -largest, largest);
        var scaled = nanos / _units[resource];
        return scaled > largest ? largest
            : scaled < -largest ? -largest
            : (long)scaled;
    }

    public ResourceSpec[] All() => [.. _ids.Select(entry => new ResourceSpec(entry.Key, _units[entry.Value]))];

    private long[] Scale(ResourceList list, long largest)
    {
        var row = new long[_units.Count];
        foreach (var (name, quantity) in list)
            if (_ids.TryGetValue(name, out var id))
                row[id] = Scale(id, quantity, largest);
        return row;
    }
}
