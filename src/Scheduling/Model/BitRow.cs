using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tenon.Scheduling.Model;

/// <summary>Sets of small numbers as words. Spans of equal length; the caller owns the memory.</summary>
internal static class BitRow
{
    public static int Words(int bits) => (bits + 63) >> 6;

    public static bool Has(ReadOnlySpan<ulong> row, int bit) => (row[bit >> 6] >> (bit & 63) & 1) != 0;

    public static void Add(Span<ulong> row, int bit) => row[bit >> 6] |= 1UL << (bit & 63);

    public static void Remove(Span<ulong> row, int bit) => row[bit >> 6] &= ~(1UL << (bit & 63));

    public static void Fill(Span<ulong> row, int bits)
    {
        row.Fill(ulong.MaxValue);
        if ((bits & 63) != 0)
            row[^1] = (1UL << (bits & 63)) - 1;
    }

    /// <summary>Keeps what is also in <paramref name="other"/>; false when nothing is left.</summary>
    public static bool Narrow(Span<ulong> row, ReadOnlySpan<ulong> other)
    {
        ulong any = 0;
        for (var word = 0; word < row.Length; word++)
            any |= row[word] &= other[word];
        return any != 0;
    }

    public static void Union(Span<ulong> row, ReadOnlySpan<ulong> other)
    {
        for (var word = 0; word < row.Length; word++)
            row[word] |= other[word];
    }

    public static bool Meets(ReadOnlySpan<ulong> row, ReadOnlySpan<ulong> other)
    {
        for (var word = 0; word < row.Length; word++)
            if ((row[word] & other[word]) != 0)
                return true;
        return false;
    }

    public static bool IsEmpty(ReadOnlySpan<ulong> row) => !row.ContainsAnyExcept(0UL);

    public static int Count(ReadOnlySpan<ulong> row)
    {
        var count = 0;
        foreach (var word in row)
            count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>The first member at or after <paramref name="from"/>, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<ulong> row, int from)
    {
        var word = from >> 6;
        if (word >= row.Length)
            return -1;
        var bits = row[word] & (ulong.MaxValue << (from & 63));
        while (bits == 0)
        {
            if (++word == row.Length)
                return -1;
            bits = row[word];
        }
        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    public static ulong Hash(ReadOnlySpan<ulong> row)
    {
        unchecked
        {
            var hash = 0x9E3779B97F4A7C15UL;
            foreach (var word in row)
                hash = (BitOperations.RotateLeft(hash, 5) ^ word) * 0xBF58476D1CE4E5B9;
            return hash ^ (hash >> 31);
        }
    }
}
