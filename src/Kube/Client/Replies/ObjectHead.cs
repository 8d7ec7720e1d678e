using System.Text.Json;

namespace Tenon.Kube.Client.Replies;

/// <summary>
/// What tells one version of one incarnation of an object from all others, read without decoding the object.
/// </summary>
internal readonly record struct ObjectHead(string? Namespace, string? Name, string? Uid, string? ResourceVersion)
{
    /// <summary>
    /// Reads the metadata and stops there; where <paramref name="managedFields"/> lies is told by the way.
    /// </summary>
    public static ObjectHead Read(ReadOnlySpan<byte> json, out Range managedFields)
    {
        managedFields = default;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isMetadata && reader.TokenType == JsonTokenType.StartObject)
                return ReadMetadata(ref reader, out managedFields);
            reader.Skip();
        }
        return default;
    }

    private static ObjectHead ReadMetadata(ref Utf8JsonReader reader, out Range managedFields)
    {
        managedFields = default(Index)..default(Index);
        string? ns = null,
            name = null,
            uid = null,
            version = null;
        var previousEnd = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("namespace"u8))
                ns = Text(ref reader);
            else if (reader.ValueTextEquals("name"u8))
                name = Text(ref reader);
            else if (reader.ValueTextEquals("uid"u8))
                uid = Text(ref reader);
            else if (reader.ValueTextEquals("resourceVersion"u8))
                version = Text(ref reader);
            else if (reader.ValueTextEquals("managedFields"u8))
            {
                reader.Read();
                reader.Skip();
                managedFields = previousEnd..(int)reader.BytesConsumed;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
            previousEnd = (int)reader.BytesConsumed;
        }
        return new ObjectHead(string.IsNullOrEmpty(ns) ? null : ns, name, uid, version);
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }
}
