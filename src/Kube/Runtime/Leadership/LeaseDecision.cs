using Tenon.Api.Coordination;

namespace Tenon.Kube.Runtime.Leadership;

/// <summary>What to do about a lease.</summary>
public abstract record LeaseDecision
{
    private LeaseDecision() { }

    /// <summary>There is none: create it with this content.</summary>
    public sealed record Create(LeaseSpec Spec) : LeaseDecision;

    /// <summary>It is nobody's, or its holder has been silent for too long: replace its content by this.</summary>
    public sealed record Take(LeaseSpec Spec) : LeaseDecision;

    /// <summary>It is ours: prolong it.</summary>
    public sealed record Renew(LeaseSpec Spec) : LeaseDecision;

    /// <summary>It is somebody's who may be alive.</summary>
    public sealed record Wait(string Holder, TimeSpan AtLeast) : LeaseDecision;

    /// <summary>
    /// The whole rule. Clocks of different machines are never compared: a holder counts as silent when *we* saw no
    /// change of the lease for its duration by *our* clock, so skew costs nothing and a lease seen for the first time
    /// is always waited for.
    /// </summary>
    /// <param name="unchangedFor">Since when, by our own clock, the lease has looked as it looks now.</param>
    /// <param name="now">Only written down, for people and for other implementations.</param>
    public static LeaseDecision Decide(
        Lease? lease,
        TimeSpan unchangedFor,
        string identity,
        TimeSpan duration,
        DateTimeOffset now
    )
    {
        var mine = new LeaseSpec
        {
            HolderIdentity = identity,
            LeaseDurationSeconds = (int)duration.TotalSeconds,
            AcquireTime = now,
            RenewTime = now,
            LeaseTransitions = 0,
        };
        if (lease is null)
            return new Create(mine);
        var held = lease.Spec;
        if (held.HolderIdentity == identity)
            return new Renew(
                mine with
                {
                    AcquireTime = held.AcquireTime ?? now,
                    LeaseTransitions = held.LeaseTransitions,
                }
            );
        var left = TimeSpan.FromSeconds(held.LeaseDurationSeconds ?? duration.TotalSeconds) - unchangedFor;
        if (!string.IsNullOrEmpty(held.HolderIdentity) && left > TimeSpan.Zero)
            return new Wait(held.HolderIdentity, left);
        return new Take(mine with { LeaseTransitions = (held.LeaseTransitions ?? 0) + 1 });
    }

    /// <summary>
    /// What a leader leaves behind when it goes in good order: a lease that the next one may take at once.
    /// </summary>
    public static LeaseSpec Release(LeaseSpec held, DateTimeOffset now) =>
        held with
        {
            HolderIdentity = "",
            LeaseDurationSeconds = 1,
            AcquireTime = now,
            RenewTime = now,
        };
}
