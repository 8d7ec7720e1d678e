using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Schemas;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>
/// Reads <c>application/vnd.kubernetes.protobuf</c> into the tree the same object would be as JSON. Typed clients
/// (kubectl create, kubectl auth) send it; answers are always JSON, which they accept. The shapes are the embedded
/// table's.
/// </summary>
internal static class Protobuf
{
    private const int Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5;
    private const int MaxDepth = 64;
    private const long ZeroTimeSeconds = -62_135_596_800;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    public static bool IsEnvelope(ReadOnlySpan<byte> body) => body.StartsWith(Magic);

    public static JsonObject Read(ReadOnlySpan<byte> body, Schema? shape)
    {
        try
        {
            string apiVersion = "",
                kind = "";
            ReadOnlySpan<byte> raw = default;
            for (var rest = body[Magic.Length..]; !rest.IsEmpty; )
            {
                var number = Next(ref rest, out var bytes, out _);
                if (number == 1)
                    (apiVersion, kind) = TypeMeta(bytes);
                else if (number == 2)
                    raw = bytes;
            }
            var item = shape is null ? [] : Message(shape, raw, 0);
            item["apiVersion"] = apiVersion;
            item["kind"] = kind;
            return item;
        }
        catch (Exception broken)
            when (broken
                    is ArgumentOutOfRangeException
                        or IndexOutOfRangeException
                        or OverflowException
                        or FormatException
            )
        {
            throw ApiError.BadRequest($"the protobuf body cannot be read: {broken.Message}");
        }
    }

    private static (string, string) TypeMeta(ReadOnlySpan<byte> bytes)
    {
        string apiVersion = "",
            kind = "";
        while (!bytes.IsEmpty)
        {
            var number = Next(ref bytes, out var value, out _);
            if (number == 1)
                apiVersion = Encoding.UTF8.GetString(value);
            else if (number == 2)
                kind = Encoding.UTF8.GetString(value);
        }
        return (apiVersion, kind);
    }

    private static JsonObject Message(Schema shape, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException("nested too deeply");
        var item = new JsonObject();
        Fill(item, shape, bytes, [], depth);
        return item;
    }

    /// <summary>
    /// Fields of one message; <paramref name="outer"/> is the path of messages that JSON writes flat.
    /// </summary>
    private static void Fill(JsonObject item, Schema shape, ReadOnlySpan<byte> bytes, int[] outer, int depth)
    {
        while (!bytes.IsEmpty)
        {
            var number = Next(ref bytes, out var value, out var whole);
            int[] path = [.. outer, number];
            var isFlattened = false;
            foreach (var (name, wire) in shape.Wire)
            {
                if (wire.Path.AsSpan().SequenceEqual(path))
                {
                    Set(item, name, shape.Properties[name], wire.Zero, value, whole, depth);
                    isFlattened = false;
                    break;
                }
                isFlattened |= wire.Path.Length > path.Length && wire.Path.AsSpan().StartsWith(path);
            }
            if (isFlattened)
                Fill(item, shape, value, path, depth + 1);
        }
    }

    private static void Set(
        JsonObject item,
        string name,
        Schema field,
        ZeroMeans zero,
        ReadOnlySpan<byte> value,
        ulong whole,
        int depth
    )
    {
        switch (field.Type)
        {
            case SchemaType.List:
                if (item[name] is not JsonArray list)
                    item[name] = list = [];
                if (field.Items!.Type is SchemaType.Integer && value.Length > 0)
                    while (!value.IsEmpty)
                        list.Add((JsonNode)unchecked((long)ReadVarint(ref value)));
                else
                    list.Add(Value(field.Items!, value, whole, depth));
                break;
            case SchemaType.Map:
                if (item[name] is not JsonObject map)
                    item[name] = map = [];
                var (key, inner) = Entry(value);
                map[key] = Value(field.Values!, inner.Bytes, inner.Whole, depth);
                break;
            default:
                var node = Value(field, value, whole, depth);
                if (node is null || (zero == ZeroMeans.Absent && IsZero(node)))
                    break;
                item[name] = node;
                break;
        }
    }

    private static (string Key, (byte[] Bytes, ulong Whole) Value) Entry(ReadOnlySpan<byte> bytes)
    {
        var key = "";
        var value = (Bytes: Array.Empty<byte>(), Whole: 0UL);
        while (!bytes.IsEmpty)
        {
            var number = Next(ref bytes, out var part, out var whole);
            if (number == 1)
                key = Encoding.UTF8.GetString(part);
            else if (number == 2)
                value = (part.ToArray(), whole);
        }
        return (key, value);
    }

    private static JsonNode? Value(Schema shape, ReadOnlySpan<byte> bytes, ulong whole, int depth) =>
        shape.Type switch
        {
            SchemaType.Object => Message(shape, bytes, depth + 1),
            SchemaType.Integer => unchecked((long)whole),
            SchemaType.Boolean => whole != 0,
            SchemaType.Number => BitConverter.UInt64BitsToDouble(whole),
            SchemaType.IntOrString when shape.Format == "quantity" => Encoding.UTF8.GetString(Field(bytes, 1, out _)),
            SchemaType.IntOrString => IntOrString(bytes),
            SchemaType.String when shape.Format == "byte" => Convert.ToBase64String(bytes),
            SchemaType.String when shape.Format is "date-time" or "micro-time" => Time(
                bytes,
                shape.Format == "micro-time"
            ),
            SchemaType.String when shape.Format == "duration" => Duration(bytes),
            SchemaType.String => Encoding.UTF8.GetString(bytes),
            SchemaType.Any => Field(bytes, 1, out _) is { IsEmpty: false } raw ? JsonNode.Parse(raw) : null,
            SchemaType.List => new JsonArray([.. Repeated(shape, bytes, depth)]),
            _ => null,
        };

    /// <summary>A list that stands alone, as the values of a map of lists do.</summary>
    private static List<JsonNode?> Repeated(Schema shape, ReadOnlySpan<byte> bytes, int depth)
    {
        var items = new List<JsonNode?>();
        while (!bytes.IsEmpty)
            if (Next(ref bytes, out var value, out var whole) == 1)
                items.Add(Value(shape.Items!, value, whole, depth + 1));
        return items;
    }

    private static JsonNode IntOrString(ReadOnlySpan<byte> bytes)
    {
        Field(bytes, 1, out var isText);
        if (isText != 0)
            return Encoding.UTF8.GetString(Field(bytes, 3, out _));
        Field(bytes, 2, out var number);
        return unchecked((long)number);
    }

    private static JsonNode? Time(ReadOnlySpan<byte> bytes, bool micro)
    {
        if (bytes.IsEmpty)
            return null;
        Field(bytes, 1, out var raw);
        Field(bytes, 2, out var nanos);
        var seconds = unchecked((long)raw);
        if (seconds is ZeroTimeSeconds or 0)
            return null;
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return micro
            ? at.AddTicks((long)nanos / 100)
                .UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            : Meta.Time(at);
    }

    private static string Duration(ReadOnlySpan<byte> bytes)
    {
        Field(bytes, 1, out var nanos);
        return string.Create(CultureInfo.InvariantCulture, $"{unchecked((long)nanos) / 1e9}s");
    }

    private static bool IsZero(JsonNode node) =>
        node switch
        {
            JsonObject item => item.Count == 0,
            JsonArray list => list.Count == 0,
            _ => Meta.Show(node) is "" or "0" or "false",
        };

    /// <summary>The last occurrence of one field of a small message.</summary>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> bytes, int wanted, out ulong whole)
    {
        ReadOnlySpan<byte> found = default;
        whole = 0;
        while (!bytes.IsEmpty)
        {
            var number = Next(ref bytes, out var value, out var read);
            if (number != wanted)
                continue;
            found = value;
            whole = read;
        }
        return found;
    }

    /// <summary>Takes one field off the front: its number, and its bytes or its whole number.</summary>
    private static int Next(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> bytes, out ulong whole)
    {
        var tag = ReadVarint(ref rest);
        bytes = default;
        whole = 0;
        switch ((int)(tag & 7))
        {
            case Varint:
                whole = ReadVarint(ref rest);
                break;
            case Fixed64:
                whole = BinaryPrimitives.ReadUInt64LittleEndian(rest);
                rest = rest[8..];
                break;
            case Bytes:
                var length = checked((int)ReadVarint(ref rest));
                bytes = rest[..length];
                rest = rest[length..];
                break;
            case Fixed32:
                whole = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                rest = rest[4..];
                break;
            default:
                throw new FormatException("unknown wire type");
        }
        return (int)(tag >> 3);
    }

    private static ulong ReadVarint(scoped ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = rest[0];
            rest = rest[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw new FormatException("a number is too long");
    }
}
