using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Tenon.Api.Json;

/// <summary>
/// The one serializer of the house: source-generated, camelCase, empty lists and nulls left out as Kubernetes does.
/// </summary>
public static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>The contract of a type registered in the context; looked up once per type.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => Contract<T>.Value;

    public static T Parse<T>(ReadOnlySpan<byte> utf8)
        where T : class =>
        JsonSerializer.Deserialize(utf8, TypeOf<T>())
        ?? throw new JsonException($"expected a {typeof(T).Name}, found null");

    public static T Parse<T>(string json)
        where T : class =>
        JsonSerializer.Deserialize(json, TypeOf<T>())
        ?? throw new JsonException($"expected a {typeof(T).Name}, found null");

    /// <summary>
    /// Any JSON as a tree that is safe to walk: the library finds bad UTF-8, half surrogates and repeated names only
    /// when a member is read, and then throws what it throws for bugs; here they are refused at the door.
    /// </summary>
    /// <exception cref="JsonException">The bytes are not one JSON document.</exception>
    public static JsonNode? ParseNode(ReadOnlySpan<byte> utf8, int maxDepth = 256)
    {
        if (!Utf8.IsValid(utf8))
            throw new JsonException("the text is not UTF-8");
        if (utf8.IndexOf("\\ud"u8) >= 0 || utf8.IndexOf("\\uD"u8) >= 0)
            CheckSurrogates(utf8, maxDepth);
        return JsonNode.Parse(
            utf8,
            documentOptions: new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false }
        );
    }

    private static void CheckSurrogates(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    reader.GetString();
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("a text holds half a surrogate pair", half);
        }
    }

    public static byte[] Write<T>(T value)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(value, TypeOf<T>());

    public static string WriteText<T>(T value)
        where T : class => JsonSerializer.Serialize(value, TypeOf<T>());

    /// <summary>The text as a JSON string, quotes and escapes included.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, Options.Encoder)}\"";

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new TimeConverter() },
            TypeInfoResolver = ApiJsonContext.Default.WithAddedModifier(LeaveOutEmpty),
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>
    /// A collection declared without <c>?</c> means the same empty or absent, and is left out when empty. One declared
    /// nullable tells the two apart (<c>budgets: []</c> is "no budget", absent is the default) and is written as it
    /// stands.
    /// </summary>
    private static void LeaveOutEmpty(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (
                !property.IsSetNullable
                && !property.IsExtensionData
                && typeof(IEnumerable).IsAssignableFrom(property.PropertyType)
                && property.PropertyType != typeof(string)
                && property.AttributeProvider?.IsDefined(typeof(AlwaysWrittenAttribute), inherit: false) != true
            )
                property.ShouldSerialize = static (_, value) => value is IEnumerable items && Any(items);
    }

    private static class Contract<T>
    {
        public static readonly JsonTypeInfo<T> Value = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }

    private static bool Any(IEnumerable items)
    {
        foreach (var _ in items)
            return true;
        return false;
    }
}
