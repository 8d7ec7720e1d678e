using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tenon.Api.Json;

namespace Tenon.Simulation.ControlPlane.Requests;

/// <summary>Trees to bytes and back, with the limits and the escaping the whole server uses.</summary>
internal static class JsonBytes
{
    /// <summary>Deepest nesting accepted in a body; CRD schemas are the deepest honest documents.</summary>
    private const int MaxDepth = 256;

    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
    };
    private static readonly JsonDocumentOptions Reading = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
    };

    public static byte[] Of(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(ArrayBufferWriter<byte> buffer, JsonNode node)
    {
        using var writer = new Utf8JsonWriter(buffer, Writing);
        node.WriteTo(writer);
    }

    /// <summary>Null when the bytes are not one JSON object; the reason is in <paramref name="error"/>.</summary>
    public static JsonObject? ParseObject(ReadOnlySpan<byte> utf8, out string error)
    {
        error = "";
        try
        {
            if (ApiJson.ParseNode(utf8, MaxDepth) is JsonObject parsed)
                return parsed;
            error = "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct";
            return null;
        }
        catch (JsonException failure)
        {
            error = failure.Message;
            return null;
        }
    }

    /// <summary>Bytes the server itself wrote: parsing them cannot fail.</summary>
    public static JsonObject Trusted(ReadOnlyMemory<byte> json) =>
        (JsonObject)JsonNode.Parse(json.Span, documentOptions: Reading)!;
}
