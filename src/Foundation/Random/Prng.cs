namespace Tenon.Foundation.Random;

/// <summary>
/// The project's own generator (xoshiro256**, seeded by SplitMix64): integer-only, the same sequence on every machine
/// and runtime. A run of anything random is named by its seed.
/// </summary>
public sealed class Prng
{
    private ulong _a,
        _b,
        _c,
        _d;

    public Prng(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    public ulong NextUInt64()
    {
        unchecked
        {
            var result = ulong.RotateLeft(_b * 5, 7) * 9;
            var shifted = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= shifted;
            _d = ulong.RotateLeft(_d, 45);
            return result;
        }
    }

    /// <summary>Uniform in [0, <paramref name="bound"/>), without modulo bias.</summary>
    public int Next(int bound) => (int)NextInt64(bound);

    /// <summary>Uniform in [<paramref name="min"/>, <paramref name="max"/>).</summary>
    public int Next(int min, int max) => min + Next(max - min);

    /// <summary>Uniform in [0, <paramref name="bound"/>), without modulo bias.</summary>
    public long NextInt64(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var threshold = (ulong.MaxValue - (ulong)bound + 1) % (ulong)bound;
        ulong draw;
        do draw = NextUInt64();
        while (draw < threshold);
        return (long)(draw % (ulong)bound);
    }

    /// <summary>True <paramref name="parts"/> times in a million, on average.</summary>
    public bool Chance(int parts) => Next(1_000_000) < parts;

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A generator whose sequence depends on this one's state and on <paramref name="name"/> only.</summary>
    public Prng Fork(string name) => new(NextUInt64() ^ Hashing.StableHash.Of(name));

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
