using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tenon.Api;
using Tenon.Api.Json;
using Tenon.Kube.Client.Requests;

namespace Tenon.Kube.Client.Replies;

/// <summary>
/// Bytes to objects for stores that hold tens of thousands of them. Two savings, both before the decoder runs: the
/// bookkeeping in <c>metadata.managedFields</c> (often half of an object) is cut out of the bytes, and a version that
/// the reader already holds is not decoded again, which makes a relist cheap.
/// </summary>
/// <param name="known">The object already held under a key, or null.</param>
internal sealed class ObjectDecoder<T>(bool keepManagedFields, Func<ObjectKey, T?>? known = null)
    where T : class, IKubeObject<T>
{
    private readonly JsonTypeInfo<T> _type = ApiJson.TypeOf<T>();

    /// <exception cref="JsonException">The bytes are not an object of this kind.</exception>
    public T Decode(ReadOnlySpan<byte> json)
    {
        if (keepManagedFields && known is null)
            return Parse(json);
        var head = ObjectHead.Read(json, out var managedFields);
        if (Held(head) is { } held)
            return held;
        var (start, length) = managedFields.GetOffsetAndLength(json.Length);
        return keepManagedFields || length == 0 ? Parse(json) : ParseWithout(json, start, length);
    }

    private T? Held(ObjectHead head)
    {
        if (known is null || head.Name is null || head.ResourceVersion is null)
            return null;
        var held = known(new ObjectKey(head.Namespace, head.Name));
        return
            held is not null && held.Metadata.ResourceVersion == head.ResourceVersion && held.Metadata.Uid == head.Uid
            ? held
            : null;
    }

    /// <summary>
    /// The cut starts behind the value before, so it takes the comma before the field, or else the one after it.
    /// </summary>
    private T ParseWithout(ReadOnlySpan<byte> json, int start, int length)
    {
        var tail = json[(start + length)..];
        var isFirst = !json.Slice(start, length).TrimStart(" \r\n\t"u8).StartsWith(","u8);
        if (isFirst && tail.TrimStart(" \r\n\t"u8) is [(byte)',', .. var rest])
            tail = rest;
        var buffer = ArrayPool<byte>.Shared.Rent(start + tail.Length);
        try
        {
            json[..start].CopyTo(buffer);
            tail.CopyTo(buffer.AsSpan(start));
            return Parse(buffer.AsSpan(0, start + tail.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private T Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _type) ?? throw new JsonException($"expected a {T.Resource.Kind}, found null");
}
