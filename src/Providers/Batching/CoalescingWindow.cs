namespace Tenon.Providers.Batching;

/// <summary>
/// When a batch closes: after <paramref name="Idle"/> without a new request, <paramref name="Longest"/> after its first
/// one, or with <paramref name="MostItems"/> requests, whichever comes first.
/// </summary>
public sealed record CoalescingWindow(TimeSpan Idle, TimeSpan Longest, int MostItems)
{
    /// <summary>Windows of upstream's AWS provider.</summary>
    public static readonly CoalescingWindow CreateFleet = new(
        TimeSpan.FromMilliseconds(35),
        TimeSpan.FromSeconds(1),
        1000
    );
    public static readonly CoalescingWindow DescribeInstances = new(
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromSeconds(1),
        500
    );
    public static readonly CoalescingWindow TerminateInstances = new(
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromSeconds(1),
        500
    );

    /// <summary>How long the window may still stay open.</summary>
    /// <param name="open">Since the first request.</param>
    public TimeSpan Remaining(TimeSpan open)
    {
        var left = Longest - open;
        if (left < TimeSpan.Zero)
            left = TimeSpan.Zero;
        return left < Idle ? left : Idle;
    }
}
