using Tenon.Api.Core;
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

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<long> _units = [];

    public int Count => _units.Count;

    /// <summary>Must see every quantity before the first is scaled.</summary>
    public void See(ResourceList list)
    {
        foreach (var (name, quantity) in list)
        {
            if (!_ids.TryGetValue(name, out var id))
            {
                _ids.Add(name, id = _units.Count);
                _units.Add(1_000_000_000);
            }
            var nanos = quantity.Nanos;
            while (_units[id] > 1 && nanos % _units[id] != 0)
                _units[id] /= 10;
        }
    }

    public bool Knows(string name) => _ids.ContainsKey(name);

    public int IndexOf(string name) => _ids.GetValueOrDefault(name, -1);

    public long[] Requests(ResourceList list) => Scale(list, Unfit);

    public long[] Capacity(ResourceList list) => Scale(list, LargestCapacity);

    public long Scale(int resource, Quantity quantity, long largest)
    {
        var scaled = quantity.Nanos / _units[resource];
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
