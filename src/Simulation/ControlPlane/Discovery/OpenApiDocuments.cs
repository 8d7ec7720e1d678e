using System.Text.Json.Nodes;
using Tenon.Foundation.Hashing;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Requests;

namespace Tenon.Simulation.ControlPlane.Discovery;

/// <summary>
/// OpenAPI documents, one per group and version (v3) or all in one (v2): what <c>kubectl explain</c> and kubectl's own
/// patching read. Built when first asked for and kept until the kinds change; the hash in a document's address is of
/// its content, because clients keep documents on disk under that address.
/// </summary>
internal sealed class OpenApiDocuments(KindRegistry kinds)
{
    private const string BinaryV2 = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    /// <summary>
    /// The name it is answered under: an at sign is no part of a media type, only of the old clients' request.
    /// </summary>
    private const string BinaryV2Answer = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private readonly SortedDictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private byte[]? _v2;
    private long _builtFor = -1;

    public ApiReply Index()
    {
        Refresh();
        var paths = new JsonObject();
        foreach (var (path, document) in _documents)
            paths[path] = new JsonObject
            {
                ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={StableHash.Of(document):X16}",
            };
        return ApiReply.Of(200, new JsonObject { ["paths"] = paths });
    }

    public ApiReply V3(string path)
    {
        Refresh();
        return _documents.TryGetValue(path, out var document)
            ? new ApiReply(200, document)
            : throw ApiError.NoSuchPath();
    }

    public ApiReply V2(string? accept)
    {
        if (accept?.Contains(BinaryV2, StringComparison.Ordinal) == true)
            return new ApiReply(200, EmptyBinaryV2(), BinaryV2Answer);
        Refresh();
        return new ApiReply(200, _v2 ??= JsonBytes.Of(Whole()));
    }

    /// <summary>
    /// kubectl asks for the old document in binary form only when the new one does not know a kind, to learn that the
    /// old one does not either. A document without a single definition says so, and kubectl goes on to "no matches for
    /// kind".
    /// </summary>
    private static byte[] EmptyBinaryV2()
    {
        static byte[] Field(int number, byte[] value) => [(byte)(number << 3 | 2), (byte)value.Length, .. value];
        return
        [
            .. Field(1, "2.0"u8.ToArray()),
            .. Field(2, [.. Field(1, "Kubernetes"u8.ToArray()), .. Field(2, "v1"u8.ToArray())]),
        ];
    }

    private void Refresh()
    {
        if (_builtFor == kinds.Version)
            return;
        _documents.Clear();
        _v2 = null;
        foreach (var versions in kinds.All.GroupBy(kind => (kind.Type.Group, kind.Type.Version)))
        {
            var (group, version) = versions.Key;
            var writer = new SchemaWriter("#/components/schemas/", isV3: true);
            var document = new JsonObject
            {
                ["openapi"] = "3.0.0",
                ["info"] = Info(),
                ["paths"] = ApiPaths.Of(versions, writer),
            };
            document["components"] = new JsonObject { ["schemas"] = writer.Finish() };
            _documents[group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}"] = JsonBytes.Of(document);
        }
        _builtFor = kinds.Version;
    }

    private JsonObject Whole()
    {
        var writer = new SchemaWriter("#/definitions/", isV3: false);
        var paths = ApiPaths.Of(kinds.All, writer);
        return new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = Info(),
            ["paths"] = paths,
            ["definitions"] = writer.Finish(),
        };
    }

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = "v1" };
}
