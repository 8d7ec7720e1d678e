using System.Collections.Immutable;

namespace Tenon.Simulation.Cloud;

/// <summary>
/// The temper of a simulated cloud. Times are virtual. A mean of null means that the thing never happens.
/// </summary>
public sealed record CloudOptions
{
    /// <summary>A cloud that sells everything at once and never takes anything back.</summary>
    public static readonly CloudOptions Calm = new()
    {
        AnswerTime = [TimeSpan.Zero, TimeSpan.Zero],
        SpotOutages = 0,
        TightSpotOutages = 0,
        OnDemandOutages = 0,
        SpotLife = null,
        TightSpotLife = null,
        MachineLife = null,
        MaintenanceEvery = null,
    };

    /// <summary>Weather and faults as a busy day has them.</summary>
    public static readonly CloudOptions Default = new();

    public ulong Seed { get; init; } = 1;

    /// <summary>Time a call takes, by quantiles.</summary>
    public ImmutableArray<TimeSpan> AnswerTime { get; init; } = Millis(40, 90, 150, 300, 1_500);

    /// <summary>From the purchase until the machine's kubelet registers its Node, by quantiles.</summary>
    public ImmutableArray<TimeSpan> LaunchTime { get; init; } = Millis(15_000, 22_000, 28_000, 40_000, 90_000);

    /// <summary>From the order to end until nothing is left, by quantiles. Nothing is charged for it.</summary>
    public ImmutableArray<TimeSpan> EndTime { get; init; } = Millis(4_000, 10_000, 18_000, 30_000, 80_000);

    /// <summary>
    /// After a machine is gone, how long the cloud's own controller waits before it removes a Node left behind.
    /// </summary>
    public TimeSpan NodeRemoval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Millionths of the time in which a spot offering is sold out.</summary>
    public int SpotOutages { get; init; } = 30_000;

    /// <summary>The same for families that the price model calls tight.</summary>
    public int TightSpotOutages { get; init; } = 200_000;

    /// <summary>The same for an on-demand offering.</summary>
    public int OnDemandOutages { get; init; } = 3_000;

    /// <summary>Length of one spell of weather; an offering is sold out or not for a whole spell.</summary>
    public TimeSpan Spell { get; init; } = TimeSpan.FromMinutes(12);

    /// <summary>Mean life of a spot machine before it is reclaimed.</summary>
    public TimeSpan? SpotLife { get; init; } = TimeSpan.FromHours(20);

    public TimeSpan? TightSpotLife { get; init; } = TimeSpan.FromHours(4);

    /// <summary>From the notice of a reclaim to its deadline.</summary>
    public TimeSpan ReclaimNotice { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Advice to rebalance comes this long before a notice, by quantiles.</summary>
    public ImmutableArray<TimeSpan> AdviceLead { get; init; } = Millis(0, 120_000, 300_000, 600_000, 1_200_000);

    /// <summary>Millionths of the reclaims that are preceded by advice.</summary>
    public int Advised { get; init; } = 700_000;

    /// <summary>Mean life of a machine before its host fails without a word.</summary>
    public TimeSpan? MachineLife { get; init; } = TimeSpan.FromDays(60);

    /// <summary>Mean time between announcements of maintenance on one machine.</summary>
    public TimeSpan? MaintenanceEvery { get; init; } = TimeSpan.FromDays(90);

    /// <summary>From the announcement until the machine is stopped for maintenance.</summary>
    public TimeSpan MaintenanceNotice { get; init; } = TimeSpan.FromHours(6);

    /// <summary>
    /// vCPUs that may run at once, by quota (see <see cref="CloudQuota"/>): <c>standard/on-demand</c>, <c>g/spot</c> …
    /// A quota that is not named does not bind.
    /// </summary>
    public ImmutableSortedDictionary<string, long> Quotas { get; init; } =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    public ICloudFaults Faults { get; init; } = ICloudFaults.None;

    private static ImmutableArray<TimeSpan> Millis(params ReadOnlySpan<int> millis)
    {
        var times = ImmutableArray.CreateBuilder<TimeSpan>(millis.Length);
        foreach (var value in millis)
            times.Add(TimeSpan.FromMilliseconds(value));
        return times.MoveToImmutable();
    }
}
