using System.Text;

namespace Tenon.Foundation.Hashing;

/// <summary>FNV-1a over UTF-8: the same number in every process, unlike <c>string.GetHashCode</c>.</summary>
public static class StableHash
{
    public const ulong Seed = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    public static ulong Of(ReadOnlySpan<char> text, ulong seed = Seed)
    {
        Span<byte> utf8 = stackalloc byte[256];
        var hash = seed;
        while (!text.IsEmpty)
        {
            var part = text[..Math.Min(64, text.Length)];
            if (part.Length < text.Length && char.IsHighSurrogate(part[^1]))
                part = part[..^1];
            hash = Of(utf8[..Encoding.UTF8.GetBytes(part, utf8)], hash);
            text = text[part.Length..];
        }
        return hash;
    }

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = Seed)
    {
        var hash = seed;
        foreach (var value in bytes)
            hash = unchecked((hash ^ value) * Prime);
        return hash;
    }
}
