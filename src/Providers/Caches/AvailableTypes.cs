using Tenon.Domain.Catalog;
using Tenon.Providers.Port;

namespace Tenon.Providers.Caches;

/// <summary>
/// A fixed list of types seen through what is unavailable right now. The same array is handed out until that changes,
/// and a type nothing changed about stays the same object, so that whatever is derived from it can be kept.
/// </summary>
public sealed class AvailableTypes
{
    private readonly ImmutableArray<InstanceType> _all;
    private readonly Lock _lock = new();
    private long _version = -1;
    private ImmutableArray<InstanceType> _current;

    public AvailableTypes(ImmutableArray<InstanceType> all, UnavailableOfferings unavailable)
    {
        _all = all;
        _current = all;
        Unavailable = unavailable;
    }

    public UnavailableOfferings Unavailable { get; }

    public ImmutableArray<InstanceType> Current()
    {
        lock (_lock)
        {
            var version = Unavailable.Version;
            if (version == _version)
                return _current;
            _version = version;
            var next = ImmutableArray.CreateBuilder<InstanceType>(_all.Length);
            var changed = false;
            for (var i = 0; i < _all.Length; i++)
            {
                next.Add(Seen(_all[i], _current[i]));
                changed |= !ReferenceEquals(next[i], _current[i]);
            }
            if (changed)
                _current = next.MoveToImmutable();
            return _current;
        }
    }

    /// <summary>
    /// The object shown last when it still tells the truth, else a new one; the original when nothing is missing.
    /// </summary>
    private InstanceType Seen(InstanceType original, InstanceType last)
    {
        var (missing, differs) = (false, false);
        for (var i = 0; i < original.Offerings.Length; i++)
        {
            var available = IsAvailable(original, original.Offerings[i]);
            missing |= available != original.Offerings[i].Available;
            differs |= available != last.Offerings[i].Available;
        }
        if (!differs)
            return last;
        if (!missing)
            return original;
        return original with
        {
            Offerings =
            [
                .. original.Offerings.Select(offering =>
                    IsAvailable(original, offering) == offering.Available
                        ? offering
                        : offering with
                        {
                            Available = false,
                        }
                ),
            ],
        };
    }

    private bool IsAvailable(InstanceType type, Offering offering) =>
        offering.Available && !Unavailable.Contains(new OfferingKey(type.Name, offering.Zone, offering.CapacityType));
}
