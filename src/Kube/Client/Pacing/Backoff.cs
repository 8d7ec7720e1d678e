using Tenon.Foundation.Random;

namespace Tenon.Kube.Client.Pacing;

/// <summary>
/// Pauses that double from <see cref="First"/> to <see cref="Longest"/>, each stretched at random by up to <see
/// cref="JitterPercent"/>.
/// </summary>
public sealed record Backoff(TimeSpan First, TimeSpan Longest, int JitterPercent)
{
    /// <summary>As client-go's reflector: 0.8 s doubling to 30 s, stretched by up to the same again.</summary>
    public static readonly Backoff Watch = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(30), 100);

    /// <summary>Between attempts of one request.</summary>
    public static readonly Backoff Request = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), 50);

    /// <param name="failures">How many attempts have failed so far, at least one.</param>
    public TimeSpan Pause(int failures, Jitter jitter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var doubled = First.Ticks * Math.Pow(2, Math.Min(failures - 1, 40));
        var ticks = doubled >= Longest.Ticks ? Longest.Ticks : (long)doubled;
        var stretch = ticks / 100 * JitterPercent;
        return TimeSpan.FromTicks(ticks + (stretch > 0 ? jitter.Below(stretch) : 0));
    }
}

/// <summary>A seeded generator that several loops may share.</summary>
public sealed class Jitter(ulong seed)
{
    private readonly Lock _gate = new();
    private readonly Prng _prng = new(seed);

    public long Below(long bound)
    {
        lock (_gate)
            return _prng.NextInt64(bound);
    }
}
