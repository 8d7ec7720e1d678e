using System.Text;

namespace Tenon.Simulation.ControlPlane.Storage;

/// <summary>
/// One version of one object: its JSON as it will be sent, and the few facts the server itself asks for. Immutable.
/// The JSON is kept inside the frame of the watch event that announced it, so that a watcher is served without a copy.
/// </summary>
internal sealed class StoredObject
{
    private readonly byte[] _framed;

    private StoredObject(byte[] framed) => _framed = framed;

    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required string Uid { get; init; }
    public required long Revision { get; init; }

    /// <summary>Sorted by key, ordinal.</summary>
    public required KeyValuePair<string, string>[] Labels { get; init; }

    /// <summary>Values of the kind's selectable fields, in the order in which the kind lists them.</summary>
    public required string[] Fields { get; init; }

    public ReadOnlyMemory<byte> Json => _framed.AsMemory(Frame.Length, _framed.Length - Frame.Length - 1);

    /// <summary>
    /// The watch event (<c>ADDED</c>, <c>MODIFIED</c> or <c>DELETED</c>) that announced this version.
    /// </summary>
    public ReadOnlyMemory<byte> Event => _framed;

    public int Bytes => _framed.Length;

    public static StoredObject From(WatchEventType type, ReadOnlySpan<byte> json, in ObjectIndex index) =>
        new(Frame.Around(type, json))
        {
            Namespace = index.Namespace,
            Name = index.Name,
            Uid = index.Uid,
            Revision = index.Revision,
            Labels = index.Labels,
            Fields = index.Fields,
        };

    /// <summary>The event of another type about this version.</summary>
    public ReadOnlyMemory<byte> EventAs(WatchEventType type) =>
        Frame.TypeOf(_framed) == type ? _framed : Frame.Around(type, Json.Span);

    public string? Label(string key)
    {
        foreach (var label in Labels)
            if (label.Key == key)
                return label.Value;
        return null;
    }

    public override string ToString() => $"{Namespace}/{Name}@{Revision}";
}

/// <summary>What a <see cref="StoredObject"/> is found by.</summary>
internal readonly record struct ObjectIndex(
    string Namespace,
    string Name,
    string Uid,
    long Revision,
    KeyValuePair<string, string>[] Labels,
    string[] Fields
);

internal enum WatchEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>The fixed-length head and the one-byte tail around an object in a watch event.</summary>
internal static class Frame
{
    // JSON allows blanks before the object, which makes the three heads equally long: the object is found without a
    // search.
    private static readonly byte[][] Heads =
    [
        Encoding.ASCII.GetBytes("{\"type\":\"ADDED\",\"object\":   "),
        Encoding.ASCII.GetBytes("{\"type\":\"MODIFIED\",\"object\":"),
        Encoding.ASCII.GetBytes("{\"type\":\"DELETED\",\"object\": "),
    ];

    public const int Length = 28;

    public static byte[] Around(WatchEventType type, ReadOnlySpan<byte> json)
    {
        var framed = new byte[Length + json.Length + 1];
        Heads[(int)type].CopyTo(framed, 0);
        json.CopyTo(framed.AsSpan(Length));
        framed[^1] = (byte)'}';
        return framed;
    }

    public static WatchEventType TypeOf(byte[] framed) =>
        framed[9] switch
        {
            (byte)'A' => WatchEventType.Added,
            (byte)'M' => WatchEventType.Modified,
            _ => WatchEventType.Deleted,
        };
}
