using Tenon.Providers.Port;

namespace Tenon.Providers.Caches;

/// <summary>
/// What the cloud has lately refused to sell, so that planning looks elsewhere for a while. An entry is remembered for
/// three minutes, as upstream does, and renewed by another refusal. Entries name one offering or a whole capacity type.
/// Every change, expiry included, moves <see cref="Version"/> and, for offerings, the type's own version: a list of
/// instance types made under the same versions is still right.
/// </summary>
public sealed class UnavailableOfferings(TimeProvider time)
{
    /// <summary>How long a refusal is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(3);

    /// <summary>Offerings remembered at most; more than every offering of the largest region.</summary>
    public const int Limit = 100_000;

    private readonly Lock _lock = new();
    private readonly ExpiringCache<OfferingKey, string> _offerings = new(Memory, Limit, time);
    private readonly ExpiringCache<string, string> _capacityTypes = new(Memory, 16, time);
    private readonly Dictionary<string, long> _typeVersions = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Moves with every change of anything remembered.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
            {
                Forget_NeedsLock();
                return _version;
            }
        }
    }

    /// <summary>Moves with every change that concerns offerings of this type alone.</summary>
    public long VersionOf(string instanceType)
    {
        lock (_lock)
        {
            Forget_NeedsLock();
            return _typeVersions.GetValueOrDefault(instanceType);
        }
    }

    public void Add(OfferingKey offering, string reason)
    {
        lock (_lock)
        {
            Forget_NeedsLock();
            _offerings.Put(offering, reason);
            Changed_NeedsLock(offering.InstanceType);
        }
    }

    /// <summary>Nothing of this capacity type can be had, whatever the type and zone.</summary>
    public void AddCapacityType(string capacityType, string reason)
    {
        lock (_lock)
        {
            Forget_NeedsLock();
            _capacityTypes.Put(capacityType, reason);
            _version++;
        }
    }

    public bool Contains(OfferingKey offering) => ReasonOf(offering) is not null;

    /// <summary>The words of the refusal, or null when the offering may be tried.</summary>
    public string? ReasonOf(OfferingKey offering) =>
        _offerings.TryGet(offering, out var reason) || _capacityTypes.TryGet(offering.CapacityType, out reason)
            ? reason
            : null;

    public void Clear()
    {
        lock (_lock)
        {
            _offerings.Clear();
            _capacityTypes.Clear();
            foreach (var type in _typeVersions.Keys)
                _typeVersions[type]++;
            _version++;
        }
    }

    private void Forget_NeedsLock()
    {
        _offerings.Forget(gone => Changed_NeedsLock(gone.InstanceType));
        _capacityTypes.Forget(_ => _version++);
    }

    private void Changed_NeedsLock(string instanceType)
    {
        _typeVersions[instanceType] = _typeVersions.GetValueOrDefault(instanceType) + 1;
        _version++;
    }
}
