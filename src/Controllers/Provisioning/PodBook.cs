using Tenon.Api.Core;
using Tenon.Controllers.Metrics;
using Tenon.Domain.Cluster;

namespace Tenon.Controllers.Provisioning;

/// <summary>
/// What was decided about each pod that waits or waited: first seen, first decided, first found schedulable, on what.
/// </summary>
internal sealed class PodBook(TenonMetrics metrics, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The first sight counts.</summary>
    public void Seen(Pod pod) => Change(pod, static (entry, now) => entry with { SeenAt = entry.SeenAt ?? now });

    public void Refused(Pod pod, string why) =>
        Change(
            pod,
            (entry, now) =>
                Decided(entry, now) with
                {
                    SchedulableAt = null,
                    HealthyAt = null,
                    Claim = null,
                    Error = why,
                }
        );

    /// <param name="isPoolHealthy">Null for a node that is there already.</param>
    public void Placed(Pod pod, string? claim, bool? isPoolHealthy) =>
        Change(
            pod,
            (entry, now) =>
                Decided(entry, now) with
                {
                    SchedulableAt = entry.SchedulableAt ?? now,
                    Claim = claim,
                    Error = null,
                    HealthyAt = isPoolHealthy switch
                    {
                        true => entry.HealthyAt ?? now,
                        false => null,
                        null => entry.HealthyAt,
                    },
                }
        );

    public void Deleted(string @namespace, string name)
    {
        lock (_gate)
            _entries.Remove(ClusterSnapshot.PodKey(@namespace, name));
    }

    public string? ErrorOf(Pod pod) => Of(pod).Error;

    /// <summary>
    /// A plan placed the pod, on the claim that <see cref="ClaimOf"/> names or on a node without one.
    /// </summary>
    public bool IsPlaced(Pod pod) => Of(pod) is { SchedulableAt: not null, Error: null };

    public string? ClaimOf(Pod pod) => Of(pod).Claim;

    public DateTimeOffset? SchedulableAt(Pod pod) => Of(pod).SchedulableAt;

    public DateTimeOffset? HealthyAt(Pod pod) => Of(pod).HealthyAt;

    private Entry Of(Pod pod)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(ClusterSnapshot.PodKey(pod));
    }

    private Entry Decided(Entry entry, DateTimeOffset now)
    {
        if (entry.AttemptedAt is not null)
            return entry;
        if (entry.SeenAt is { } seen)
            metrics.PodDecided(now - seen);
        return entry with { AttemptedAt = now };
    }

    private void Change(Pod pod, Func<Entry, DateTimeOffset, Entry> change)
    {
        var key = ClusterSnapshot.PodKey(pod);
        lock (_gate)
            _entries[key] = change(_entries.GetValueOrDefault(key), time.GetUtcNow());
    }

    private readonly record struct Entry(
        DateTimeOffset? SeenAt,
        DateTimeOffset? AttemptedAt,
        DateTimeOffset? SchedulableAt,
        DateTimeOffset? HealthyAt,
        string? Claim,
        string? Error
    );
}
