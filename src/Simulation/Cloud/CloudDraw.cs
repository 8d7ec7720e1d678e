using System.Globalization;
using Tenon.Foundation.Hashing;

namespace Tenon.Simulation.Cloud;

/// <summary>
/// Chance by name: a draw depends on the seed and on what it is for, never on how many draws were made before. So a
/// cloud asked in another order, or by a restarted controller, behaves the same. Integers only, the same on every
/// machine.
/// </summary>
internal readonly struct CloudDraw(ulong seed)
{
    private const int FractionBits = 16;

    /// <summary>
    /// Thousandths of the mean at the sixteenths of an exponential distribution; its tail is cut at five means.
    /// </summary>
    private static readonly long[] Exponential =
    [
        0,
        65,
        134,
        208,
        288,
        375,
        470,
        575,
        693,
        827,
        981,
        1163,
        1386,
        1674,
        2079,
        2773,
        5000,
    ];

    private readonly ulong _seed = StableHash.Of(seed.ToString(CultureInfo.InvariantCulture));

    /// <summary>Uniform in [0, bound).</summary>
    public long Below(string what, long bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (long)(Mixed(what) >> 1) % bound;
    }

    /// <summary>True so many times in a million.</summary>
    public bool Chance(string what, long parts) => Below(what, 1_000_000) < parts;

    /// <summary>
    /// From a distribution given by its values at equally spaced quantiles, the first at 0 %, the last at 100 %.
    /// </summary>
    public TimeSpan Within(string what, ReadOnlySpan<TimeSpan> quantiles)
    {
        var at = Below(what, (quantiles.Length - 1L) << FractionBits);
        var (low, fraction) = ((int)(at >> FractionBits), at & ((1L << FractionBits) - 1));
        return quantiles[low]
            + TimeSpan.FromTicks((quantiles[low + 1] - quantiles[low]).Ticks * fraction >> FractionBits);
    }

    /// <summary>A waiting time without memory, at most five times its mean.</summary>
    public TimeSpan Waiting(string what, TimeSpan mean)
    {
        var at = Below(what, (Exponential.Length - 1L) << FractionBits);
        var (low, fraction) = ((int)(at >> FractionBits), at & ((1L << FractionBits) - 1));
        var thousandths = Exponential[low] + ((Exponential[low + 1] - Exponential[low]) * fraction >> FractionBits);
        return TimeSpan.FromTicks(mean.Ticks / 1000 * thousandths);
    }

    /// <summary>
    /// FNV mixes its last characters poorly into the high bits; one round of a finaliser spreads them.
    /// </summary>
    private ulong Mixed(string what)
    {
        unchecked
        {
            var z = StableHash.Of(what, _seed);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
