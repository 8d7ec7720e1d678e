namespace Tenon.Kube.Runtime.Queue;

/// <summary>
/// How long a key waits after its n-th failure in a row: 5 ms doubling to 1000 s, as controller-runtime.
/// </summary>
public sealed record KeyBackoff(TimeSpan First, TimeSpan Longest)
{
    public static readonly KeyBackoff Default = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000));

    /// <param name="failures">Failures before this one, so 0 gives <see cref="First"/>.</param>
    public TimeSpan After(int failures)
    {
        var ticks = First.Ticks * Math.Pow(2, Math.Min(failures, 62));
        return ticks >= Longest.Ticks ? Longest : TimeSpan.FromTicks((long)ticks);
    }
}
