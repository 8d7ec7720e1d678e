using Tenon.Api.Core;

namespace Tenon.Domain.Claims;

/// <summary>How long a reclaimed machine can be waited with.</summary>
public static class InterruptionTiming
{
    private const long UsualGraceSeconds = 30;

    /// <summary>From the order to evict until the kubelet hears of it.</summary>
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(3);

    /// <summary>From the order to drain until the last pod hears of it.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    /// <summary>The last moment at which the eviction of one pod leaves it its whole grace period.</summary>
    public static DateTimeOffset LatestEviction(Pod pod, DateTimeOffset deadline) =>
        deadline - TimeSpan.FromSeconds(pod.Spec.TerminationGracePeriodSeconds ?? UsualGraceSeconds) - LastCall;

    /// <summary>The last moment at which a drain leaves every pod its whole grace period before the deadline.</summary>
    public static DateTimeOffset LatestDrain(IEnumerable<Pod> pods, DateTimeOffset deadline)
    {
        var longest = pods.Select(static pod => pod.Spec.TerminationGracePeriodSeconds ?? UsualGraceSeconds)
            .DefaultIfEmpty(0)
            .Max();
        return deadline - TimeSpan.FromSeconds(longest) - Margin;
    }
}
