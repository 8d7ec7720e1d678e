using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;

namespace Tenon.Simulation.ControlPlane.Reads;

/// <summary>
/// How objects are shown to one caller: as stored, in another version, as table rows, as metadata only.
/// </summary>
internal abstract class ObjectView
{
    public virtual string ContentType => ApiReply.Json;

    public abstract ReadOnlyMemory<byte> One(StoredObject item);

    public abstract ReadOnlyMemory<byte> Event(WatchEventType type, StoredObject item);

    public abstract ReadOnlyMemory<byte> List(ListPage page);

    /// <summary>An event that carries no object of the kind: a bookmark.</summary>
    public abstract ReadOnlyMemory<byte> Bookmark(long revision, bool initialEventsEnd);
}

/// <param name="Continue">Null on the last page.</param>
/// <param name="Remaining">Null when it is not known, as with selectors.</param>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, long Revision, string? Continue, long? Remaining);

/// <summary>Bytes as stored: lists are concatenations, events are the frames themselves.</summary>
internal class PlainView(ApiKind kind) : ObjectView
{
    protected ApiKind Kind { get; } = kind;

    protected virtual (string Kind, string ApiVersion) Names => (Kind.Type.Kind, Kind.Type.ApiVersion);

    public override ReadOnlyMemory<byte> One(StoredObject item) => item.Json;

    public override ReadOnlyMemory<byte> Event(WatchEventType type, StoredObject item) => item.EventAs(type);

    public override ReadOnlyMemory<byte> List(ListPage page)
    {
        var (kind, apiVersion) = Names;
        var head = Encoding.UTF8.GetBytes(
            $"{{\"kind\":\"{kind}List\",\"apiVersion\":\"{apiVersion}\",\"metadata\":{Encoding.UTF8.GetString(JsonBytes.Of(Metadata(page)))},\"items\":["
        );
        var bodies = new ReadOnlyMemory<byte>[page.Items.Count];
        var size = head.Length + 2 + Math.Max(0, bodies.Length - 1);
        for (var i = 0; i < bodies.Length; i++)
            size += (bodies[i] = One(page.Items[i])).Length;
        var bytes = new byte[size];
        head.CopyTo(bytes, 0);
        var at = head.Length;
        for (var i = 0; i < bodies.Length; i++)
        {
            if (i > 0)
                bytes[at++] = (byte)',';
            bodies[i].Span.CopyTo(bytes.AsSpan(at));
            at += bodies[i].Length;
        }
        bytes[at++] = (byte)']';
        bytes[at] = (byte)'}';
        return bytes;
    }

    public override ReadOnlyMemory<byte> Bookmark(long revision, bool initialEventsEnd)
    {
        var (kind, apiVersion) = Names;
        return BookmarkBytes(kind, apiVersion, revision, initialEventsEnd);
    }

    protected static ReadOnlyMemory<byte> BookmarkBytes(
        string kind,
        string apiVersion,
        long revision,
        bool initialEventsEnd
    )
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture),
            ["creationTimestamp"] = null,
        };
        if (initialEventsEnd)
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        return JsonBytes.Of(
            new JsonObject
            {
                ["type"] = "BOOKMARK",
                ["object"] = new JsonObject
                {
                    ["kind"] = kind,
                    ["apiVersion"] = apiVersion,
                    ["metadata"] = metadata,
                },
            }
        );
    }

    public static JsonObject Metadata(ListPage page)
    {
        var metadata = new JsonObject { ["resourceVersion"] = page.Revision.ToString(CultureInfo.InvariantCulture) };
        if (page.Continue is not null)
            metadata["continue"] = page.Continue;
        if (page.Remaining is > 0)
            metadata["remainingItemCount"] = page.Remaining;
        return metadata;
    }
}

/// <summary>A view that has to rebuild each object.</summary>
internal abstract class RebuiltView(ApiKind kind) : PlainView(kind)
{
    protected abstract JsonObject Rebuild(JsonObject stored);

    public override ReadOnlyMemory<byte> One(StoredObject item) => JsonBytes.Of(Rebuild(JsonBytes.Trusted(item.Json)));

    public override ReadOnlyMemory<byte> Event(WatchEventType type, StoredObject item) =>
        Frame.Around(type, One(item).Span);
}

internal sealed class ConvertedView(ApiKind kind) : RebuiltView(kind)
{
    protected override JsonObject Rebuild(JsonObject stored)
    {
        if (Kind.FromStorage is { } convert)
            return convert(stored);
        stored["apiVersion"] = Kind.Type.ApiVersion;
        return stored;
    }
}

/// <summary>meta.k8s.io PartialObjectMetadata, for clients that only follow names and owners.</summary>
internal sealed class MetadataView(ApiKind kind) : RebuiltView(kind)
{
    protected override (string Kind, string ApiVersion) Names => ("PartialObjectMetadata", "meta.k8s.io/v1");

    protected override JsonObject Rebuild(JsonObject stored) =>
        new()
        {
            ["kind"] = "PartialObjectMetadata",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = stored["metadata"]?.DeepClone(),
        };
}
