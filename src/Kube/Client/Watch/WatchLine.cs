using System.Text.Json;

namespace Tenon.Kube.Client.Watch;

internal enum WatchLineKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

/// <summary>One line of a watch, split but not decoded.</summary>
internal readonly ref struct WatchLine(WatchLineKind kind, ReadOnlySpan<byte> item)
{
    public WatchLineKind Kind { get; } = kind;
    public ReadOnlySpan<byte> Object { get; } = item;

    /// <exception cref="JsonException">Not a watch event.</exception>
    public static WatchLine Read(ReadOnlySpan<byte> line)
    {
        WatchLineKind? kind = null;
        ReadOnlySpan<byte> item = default;
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected a watch event");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType)
            {
                kind = KindOf(ref reader);
                continue;
            }
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isObject)
                item = line[start..(int)reader.BytesConsumed];
        }
        if (kind is null || item.IsEmpty)
            throw new JsonException("a watch event without type or object");
        return new WatchLine(kind.Value, item);
    }

    private static WatchLineKind KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? WatchLineKind.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchLineKind.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchLineKind.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchLineKind.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchLineKind.Error
        : throw new JsonException($"unknown watch event {reader.GetString()}");
}
