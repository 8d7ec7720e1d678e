using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tenon.Api.Json;

/// <summary>The one serializer of the house: source-generated, camelCase, empty lists and nulls left out as Kubernetes does.</summary>
public static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>The contract of a type registered in the context; looked up once per type.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => Contract<T>.Value;

    public static T Parse<T>(ReadOnlySpan<byte> utf8) where T : class =>
        JsonSerializer.Deserialize(utf8, TypeOf<T>()) ?? throw new JsonException($"expected a {typeof(T).Name}, found null");

    public static T Parse<T>(string json) where T : class =>
        JsonSerializer.Deserialize(json, TypeOf<T>()) ?? throw new JsonException($"expected a {typeof(T).Name}, found null");

    public static byte[] Write<T>(T value) where T : class => JsonSerializer.SerializeToUtf8Bytes(value, TypeOf<T>());

    public static string WriteText<T>(T value) where T : class => JsonSerializer.Serialize(value, TypeOf<T>());

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
    /// A collection declared without <c>?</c> means the same empty or absent, and is left out when empty. One declared nullable
    /// tells the two apart (<c>budgets: []</c> is "no budget", absent is the default) and is written as it stands.
    /// </summary>
    private static void LeaveOutEmpty(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (!property.IsSetNullable && !property.IsExtensionData && typeof(IEnumerable).IsAssignableFrom(property.PropertyType)
                && property.PropertyType != typeof(string)
                && property.AttributeProvider?.IsDefined(typeof(AlwaysWrittenAttribute), inherit: false) != true)
                property.ShouldSerialize = static (_, value) => value is IEnumerable items && Any(items);
    }

    private static class Contract<T>
    {
        public static readonly JsonTypeInfo<T> Value = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }

    private static bool Any(IEnumerable items)
    {
        foreach (var _ in items) return true;
        return false;
    }
}
