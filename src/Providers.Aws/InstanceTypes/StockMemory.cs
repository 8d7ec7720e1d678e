using Tenon.Providers.Caches;
using Tenon.Providers.Port;

namespace Tenon.Providers.Aws.InstanceTypes;

/// <summary>
/// What EC2 has lately refused (AWS provider specification §4.9): offerings in general, offerings within one placement
/// group, capacity types, and subnets without addresses. Safe for concurrent use.
/// </summary>
public sealed class StockMemory(TimeProvider time)
{
    private const int Subnets = 100_000;

    private readonly Lock _lock = new();
    private readonly ExpiringCache<string, string> _subnets = new(UnavailableOfferings.Memory, Subnets, time);
    private readonly SortedDictionary<string, UnavailableOfferings> _groups = new(StringComparer.Ordinal);
    private long _subnetVersion;

    /// <summary>Whatever the placement group.</summary>
    public UnavailableOfferings General { get; } = new(time);

    /// <summary>Within one group alone.</summary>
    public UnavailableOfferings OfGroup(string groupId)
    {
        lock (_lock)
        {
            if (!_groups.TryGetValue(groupId, out var memory))
                _groups.Add(groupId, memory = new UnavailableOfferings(time));
            return memory;
        }
    }

    /// <summary>Moves with every change about subnets, forgetting included.</summary>
    public long SubnetVersion
    {
        get
        {
            lock (_lock)
            {
                _subnets.Forget(_ => _subnetVersion++);
                return _subnetVersion;
            }
        }
    }

    public void AddSubnet(string id, string reason)
    {
        lock (_lock)
        {
            _subnets.Put(id, reason);
            _subnetVersion++;
        }
    }

    public bool IsFull(string subnet) => _subnets.TryGet(subnet, out _);

    /// <param name="groupId">Null without a placement group.</param>
    public void Add(OfferingKey offering, string? groupId, string reason) =>
        (groupId is null ? General : OfGroup(groupId)).Add(offering, reason);
}
