using System.Text;
using System.Text.Json.Nodes;
using Tenon.Api;
using Tenon.Api.Json;
using Tenon.Api.Patches;

namespace Tenon.Kube.Client.Patching;

/// <summary>A change to an object, in one of the four languages that the server speaks.</summary>
public sealed class Patch
{
    private Patch(string contentType, ReadOnlyMemory<byte> body, string query, bool isRepeatable)
    {
        ContentType = contentType;
        Body = body;
        Query = query;
        IsRepeatable = isRepeatable;
    }

    public string ContentType { get; }
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>
    /// Applying it twice is the same as applying it once. Not so for a JSON patch, which may append to a list.
    /// </summary>
    internal bool IsRepeatable { get; }
    internal string Query { get; }

    /// <summary>RFC 7386: fields replace fields, null removes, lists are replaced whole. Works on every kind.</summary>
    public static Patch Merge(JsonObject body) => Merge(Utf8(body));

    /// <inheritdoc cref="Merge(JsonObject)"/>
    public static Patch Merge(ReadOnlyMemory<byte> body) =>
        new("application/merge-patch+json", body, "", isRepeatable: true);

    /// <summary>RFC 6902: a list of operations, of which <c>test</c> is the reason to use it.</summary>
    public static Patch Json(JsonArray operations) =>
        new("application/json-patch+json", Utf8(operations), "", isRepeatable: false);

    /// <summary>
    /// Kubernetes' own merge, which knows the keys of lists. Built-in kinds only: custom resources refuse it with 415.
    /// </summary>
    public static Patch Strategic(JsonObject body) =>
        new("application/strategic-merge-patch+json", Utf8(body), "", isRepeatable: true);

    /// <summary>
    /// Server-side apply of the fields in <paramref name="body"/> on behalf of <paramref name="fieldManager"/>. Without
    /// <paramref name="force"/>, a field that somebody else owns with another value is a conflict.
    /// </summary>
    public static Patch Apply(ReadOnlyMemory<byte> body, string fieldManager, bool force)
    {
        ArgumentException.ThrowIfNullOrEmpty(fieldManager);
        var query = $"fieldManager={Uri.EscapeDataString(fieldManager)}&force={(force ? "true" : "false")}";
        return new("application/apply-patch+yaml", body, query, isRepeatable: true);
    }

    /// <inheritdoc cref="Apply(ReadOnlyMemory{byte}, string, bool)"/>
    public static Patch Apply<T>(T desired, string fieldManager, bool force)
        where T : class, IKubeObject<T> => Apply(ApiJson.Write(desired), fieldManager, force);

    /// <summary>
    /// The merge patch that turns <paramref name="original"/> into <paramref name="changed"/>, null when they are
    /// equal. With
    /// <paramref name="ifUnchanged"/> it is refused with a conflict when the object has moved on since it was read: use
    /// that whenever the patch replaces a list (conditions, finalizers, taints), because lists are replaced whole.
    /// </summary>
    public static Patch? Between<T>(T original, T changed, bool ifUnchanged)
        where T : class, IKubeObject<T>
    {
        var difference = MergePatch.Between(Tree(original), Tree(changed));
        if (difference is null)
            return null;
        if (ifUnchanged && original.Metadata.ResourceVersion is { } version)
        {
            if (difference["metadata"] is not JsonObject metadata)
                difference["metadata"] = metadata = [];
            metadata["resourceVersion"] = version;
        }
        return Merge(difference);
    }

    private static JsonObject Tree<T>(T item)
        where T : class =>
        (JsonObject)(
            JsonNode.Parse(ApiJson.Write(item)) ?? throw new ArgumentException("an object is never null on the wire")
        );

    private static byte[] Utf8(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    public override string ToString() => $"{ContentType} {Encoding.UTF8.GetString(Body.Span)}";
}
