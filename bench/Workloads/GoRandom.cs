using System.Buffers.Binary;

namespace Tenon.Bench.Workloads;

/// <summary>
/// Go's seeded source, so that a workload drawn there can be drawn here: an additive lagged Fibonacci generator (607,
/// 273) whose seeding is masked by its own register after 7.8·10¹² steps. That register is computed here by polynomial
/// jump-ahead, from the recurrence alone, instead of being copied as a table.
/// </summary>
public sealed class GoRandom
{
    private const int Long = 607;
    private const int Short = 273;
    private const ulong StepsToMask = 7_800_000_000_000;
    private static readonly Lazy<ulong[]> Mask = new(ComputeMask);

    private readonly ulong[] _register;
    private int _tap;
    private int _feed = Long - Short;

    public GoRandom(long seed)
    {
        var x = seed % int.MaxValue;
        if (x < 0)
            x += int.MaxValue;
        if (x == 0)
            x = 89482311;
        _register = Fill(x, 40, 20);
        for (var i = 0; i < Long; i++)
            _register[i] ^= Mask.Value[i];
    }

    public long NextInt63() => (long)(Step() & long.MaxValue);

    /// <summary>Uniform in [0, n), drawing as Go does.</summary>
    public int Next(int n)
    {
        var draw = NextInt31();
        if ((n & (n - 1)) == 0)
            return draw & (n - 1);
        var most = (int)((1L << 31) - 1 - ((1L << 31) % n));
        while (draw > most)
            draw = NextInt31();
        return draw % n;
    }

    /// <summary>The mask as bytes, for its fingerprint.</summary>
    public static byte[] MaskBytes()
    {
        var bytes = new byte[Long * 8];
        for (var i = 0; i < Long; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), Mask.Value[i]);
        return bytes;
    }

    private int NextInt31() => (int)(NextInt63() >> 32);

    private ulong Step()
    {
        _tap = _tap == 0 ? Long - 1 : _tap - 1;
        _feed = _feed == 0 ? Long - 1 : _feed - 1;
        return _register[_feed] = unchecked(_register[_feed] + _register[_tap]);
    }

    private static ulong[] Fill(long seed, int first, int second)
    {
        var x = seed;
        for (var i = 0; i < 20; i++)
            x = Lehmer(x);
        var register = new ulong[Long];
        for (var i = 0; i < Long; i++)
        {
            x = Lehmer(x);
            var u = unchecked((ulong)x << first);
            x = Lehmer(x);
            u ^= unchecked((ulong)x << second);
            x = Lehmer(x);
            register[i] = u ^ (ulong)x;
        }
        return register;
    }

    private static long Lehmer(long x) => 48271 * x % int.MaxValue;

    /// <summary>z[n + 607] = z[n + 334] + z[n], so a jump of N steps is x^N modulo x^607 − x^334 − 1.</summary>
    private static ulong[] ComputeMask()
    {
        var start = Fill(1, 20, 10);
        var sequence = new ulong[(2 * Long) - 1];
        for (var j = 0; j < Long; j++)
        {
            var step = j - (Long - 1);
            sequence[j] = start[Index(step)];
        }
        for (var j = Long; j < sequence.Length; j++)
            sequence[j] = unchecked(sequence[j - Long + Long - Short] + sequence[j - Long]);
        var jump = Power(StepsToMask);
        var mask = new ulong[Long];
        for (var t = 0; t < Long; t++)
        {
            ulong sum = 0;
            for (var i = 0; i < Long; i++)
                sum = unchecked(sum + (jump[i] * sequence[t + i]));
            mask[Index((long)StepsToMask + t - (Long - 1))] = sum;
        }
        return mask;
    }

    /// <summary>Where the register keeps the value produced at a step.</summary>
    private static int Index(long step) => (int)((((Long - Short - step) % Long) + Long) % Long);

    private static ulong[] Power(ulong exponent)
    {
        var result = new ulong[Long];
        result[0] = 1;
        for (var bit = 63 - (int)ulong.LeadingZeroCount(exponent); bit >= 0; bit--)
        {
            result = Reduce(Square(result));
            if ((exponent >> bit & 1) == 0)
                continue;
            var shifted = new ulong[Long + 1];
            result.CopyTo(shifted, 1);
            result = Reduce(shifted);
        }
        return result;
    }

    private static ulong[] Square(ulong[] p)
    {
        var square = new ulong[(2 * Long) - 1];
        for (var i = 0; i < Long; i++)
        for (var j = 0; j < Long; j++)
            square[i + j] = unchecked(square[i + j] + (p[i] * p[j]));
        return square;
    }

    private static ulong[] Reduce(ulong[] p)
    {
        for (var i = p.Length - 1; i >= Long; i--)
        {
            p[i - Short] = unchecked(p[i - Short] + p[i]);
            p[i - Long] = unchecked(p[i - Long] + p[i]);
        }
        return p[..Long];
    }
}
