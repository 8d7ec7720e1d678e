using System.Text.Json;

namespace Tenon.Kube.Client.Replies;

/// <summary>
/// One page of a list, read in one pass over the bytes: items are handed out as slices, so that nothing is decoded that
/// nobody asked for, and no list type is needed for each kind.
/// </summary>
internal sealed class ListPage
{
    public string ResourceVersion { get; private set; } = "";

    /// <summary>Where the next page starts; null on the last one.</summary>
    public string? Continue { get; private set; }

    /// <summary>Where each item lies in the body.</summary>
    public List<(int Start, int Length)> Items { get; } = [];

    /// <exception cref="JsonException">The body is not a list.</exception>
    public static ListPage Read(ReadOnlySpan<byte> body)
    {
        var page = new ListPage();
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected a list object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isItems = reader.ValueTextEquals("items"u8);
            var isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isItems && reader.TokenType == JsonTokenType.StartArray)
                page.ReadItems(ref reader);
            else if (isMetadata && reader.TokenType == JsonTokenType.StartObject)
                page.ReadMetadata(ref reader);
            else
                reader.Skip();
        }
        return page;
    }

    private void ReadItems(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            Items.Add((start, (int)reader.BytesConsumed - start));
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVersion = reader.ValueTextEquals("resourceVersion"u8);
            var isContinue = reader.ValueTextEquals("continue"u8);
            reader.Read();
            if (isVersion)
                ResourceVersion = reader.GetString() ?? "";
            else if (isContinue)
                Continue = reader.GetString() is { Length: > 0 } token ? token : null;
            else
                reader.Skip();
        }
    }
}
