namespace Tenon.Controllers.Pools;

/// <summary>
/// Nodes of static pools that somebody is about to create: between the count and the creation another creator must not
/// count the same room. A grant is held until the claims are in the cluster view, and is always given back.
/// </summary>
internal sealed class NodeReservations
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _held = new(StringComparer.Ordinal);

    /// <summary>How many of the wanted nodes fit below the limit beside those there are and those promised.</summary>
    public long Reserve(string pool, long limit, long existing, long wanted)
    {
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(pool);
            var granted = Math.Min(wanted, Math.Max(0, limit - existing - held));
            if (granted > 0)
                _held[pool] = held + granted;
            return Math.Max(0, granted);
        }
    }

    /// <summary>Giving back more than was taken leaves nothing taken.</summary>
    public void Release(string pool, long count)
    {
        lock (_gate)
            _held[pool] = Math.Max(0, _held.GetValueOrDefault(pool) - count);
    }

    public long Held(string pool)
    {
        lock (_gate)
            return _held.GetValueOrDefault(pool);
    }
}
