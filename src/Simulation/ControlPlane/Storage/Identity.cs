using System.Globalization;
using Tenon.Foundation.Random;

namespace Tenon.Simulation.ControlPlane.Storage;

/// <summary>Uids and generated names: drawn from the run's seed, so that a replayed run has the same ones.</summary>
internal sealed class Identity(ulong seed)
{
    // The real server's alphabet: no vowels and nothing that looks like something else.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;
    private const int MaxGeneratedBase = 63 - SuffixLength;
    private readonly Prng _uids = new Prng(seed).Fork("uids");
    private readonly Prng _names = new Prng(seed).Fork("names");

    /// <summary>In the shape of a version 4 uuid.</summary>
    public string NewUid()
    {
        var high = _uids.NextUInt64() & 0xFFFFFFFFFFFF0FFF | 0x4000;
        var low = _uids.NextUInt64() & 0x3FFFFFFFFFFFFFFF | 0x8000000000000000;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{high >> 32:x8}-{high >> 16 & 0xFFFF:x4}-{high & 0xFFFF:x4}-{low >> 48:x4}-{low & 0xFFFFFFFFFFFF:x12}"
        );
    }

    public string NewName(string generateName)
    {
        var start = generateName.Length > MaxGeneratedBase ? generateName[..MaxGeneratedBase] : generateName;
        Span<char> suffix = stackalloc char[SuffixLength];
        foreach (ref var letter in suffix)
            letter = Alphabet[_names.Next(Alphabet.Length)];
        return string.Concat(start, suffix);
    }
}
