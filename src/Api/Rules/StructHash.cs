using System.Buffers.Binary;
using System.Text;

namespace Tenon.Api.Rules;

/// <summary>
/// The hash of structures that stands in the annotations of fleets bought by Karpenter (core API specification §10.2):
/// FNV-1 in 64 bits over names and values. Providers hash their node classes with it.
/// </summary>
public static class StructHash
{
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    public static ulong Bytes(ReadOnlySpan<byte> bytes)
    {
        var hash = Offset;
        foreach (var value in bytes)
            hash = unchecked(hash * Prime) ^ value;
        return hash;
    }

    public static ulong Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public static ulong Bool(bool value) => Bytes([value ? (byte)1 : (byte)0]);

    public static ulong Int64(long value) => Number(unchecked((ulong)value));

    public static ulong Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    /// <summary>The order of the entries does not matter.</summary>
    public static ulong Map(IEnumerable<(ulong Key, ulong Value)> entries)
    {
        ulong sum = 0;
        foreach (var (key, value) in entries)
            sum ^= Ordered(key, value);
        return Finish(sum);
    }

    public static ulong Map(IReadOnlyDictionary<string, string> map) =>
        Map(map.Select(pair => (Text(pair.Key), Text(pair.Value))));

    /// <summary>The order of the items does not matter, and two equal items cancel each other.</summary>
    public static ulong List(IEnumerable<ulong> items)
    {
        ulong sum = 0;
        foreach (var item in items)
            sum ^= item;
        return sum;
    }

    /// <summary>
    /// A structure under its Go type name. Fields come in order of declaration; one that holds its zero value, or is
    /// marked as ignored upstream, is passed as null or left out.
    /// </summary>
    public static ulong Struct(string name, params ReadOnlySpan<(string Field, ulong? Value)> fields)
    {
        var hash = Text(name);
        foreach (var (field, value) in fields)
            if (value is { } included)
                hash = Finish(hash ^ Ordered(Text(field), included));
        return hash;
    }

    private static ulong Ordered(ulong a, ulong b)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, a);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], b);
        return Bytes(bytes);
    }

    private static ulong Finish(ulong a) => Number(a);

    private static ulong Number(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Bytes(bytes);
    }
}
