using Tenon.Domain.Cluster;

namespace Tenon.Controllers.Cluster;

/// <summary>
/// The latest snapshot. Readers take one volatile load and no lock; changes are applied one at a time. Informers write
/// what they see, the provisioner and the disruption queue what they have just decided, so that the next decision knows
/// it.
/// </summary>
public sealed class ClusterView(TimeProvider time)
{
    /// <summary>
    /// A consolidation that found nothing to do is tried again after this long, even if nothing changed.
    /// </summary>
    private static readonly TimeSpan ConsolidationRest = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private volatile ClusterSnapshot _current = ClusterSnapshot.Empty;

    public ClusterSnapshot Current => _current;

    internal void Apply(ClusterEvent change)
    {
        lock (_gate)
            _current = _current.With(change);
    }

    /// <summary>
    /// When the cluster last changed in a way that matters to consolidation; never older than five minutes.
    /// </summary>
    internal DateTimeOffset UnconsolidatedAt()
    {
        var now = time.GetUtcNow();
        if (now - _current.UnconsolidatedAt > ConsolidationRest)
            Apply(new ClusterEvent.Unconsolidated(now));
        return _current.UnconsolidatedAt;
    }
}
