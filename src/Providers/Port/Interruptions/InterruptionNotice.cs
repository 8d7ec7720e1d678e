namespace Tenon.Providers.Port.Interruptions;

/// <summary>What a cloud says about the near future of one machine.</summary>
/// <param name="ProviderId">The machine, as in <c>Node.spec.providerID</c>.</param>
/// <param name="At">When the cloud said it.</param>
public abstract record InterruptionNotice(string ProviderId, DateTimeOffset At)
{
    /// <summary>The cloud takes the machine back at <paramref name="Deadline"/>, whatever runs on it.</summary>
    public sealed record Reclaim(string ProviderId, DateTimeOffset At, DateTimeOffset Deadline)
        : InterruptionNotice(ProviderId, At);

    /// <summary>A reclaim has become more likely. Nothing is certain and there is no deadline.</summary>
    public sealed record RebalanceAdvice(string ProviderId, DateTimeOffset At) : InterruptionNotice(ProviderId, At);

    /// <summary>Work on the machine's host is planned. <paramref name="NotBefore"/> is its earliest start.</summary>
    public sealed record ScheduledMaintenance(
        string ProviderId,
        DateTimeOffset At,
        DateTimeOffset NotBefore,
        string What
    ) : InterruptionNotice(ProviderId, At);

    /// <summary>The machine is on its way down, by whoever's hand.</summary>
    public sealed record Stopping(string ProviderId, DateTimeOffset At) : InterruptionNotice(ProviderId, At);

    /// <summary>The machine is down or gone.</summary>
    public sealed record Stopped(string ProviderId, DateTimeOffset At) : InterruptionNotice(ProviderId, At);
}
