using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tenon.Api.Core;
using Tenon.Api.Extensions;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Json;

/// <summary>metav1.Time: RFC 3339 in UTC, whole seconds.</summary>
internal sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireTime.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireTime.Seconds(value));
}

/// <summary>metav1.MicroTime: RFC 3339 in UTC with six decimals, as leases and events carry.</summary>
internal sealed class MicroTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireTime.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireTime.Micros(value));
}

internal sealed class QuantityConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
            throw new JsonException("expected a quantity");
        Span<char> chars = stackalloc char[Quantity.MaxTextLength];
        var length = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        if (length > Quantity.MaxTextLength)
            throw new JsonException("the quantity is too long");
        int written;
        if (reader.TokenType == JsonTokenType.String)
            written = reader.CopyString(chars);
        else
        {
            var number = reader.GetDecimal();
            if (!number.TryFormat(chars, out written, default, CultureInfo.InvariantCulture))
                written = 0;
        }
        return Quantity.TryParse(chars[..written].Trim(), out var value)
            ? value
            : throw new JsonException($"\"{chars[..written]}\" is not a quantity");
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

internal sealed class ResourceListConverter : JsonConverter<ResourceList>
{
    private static readonly QuantityConverter Amounts = new();

    public override ResourceList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object of quantities");
        var pairs = new List<KeyValuePair<string, Quantity>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = WellKnownText.Of(ref reader);
            reader.Read();
            pairs.Add(
                new(
                    name,
                    reader.TokenType == JsonTokenType.Null
                        ? Quantity.Zero
                        : Amounts.Read(ref reader, typeof(Quantity), options)
                )
            );
        }
        return pairs.Count == 0 ? ResourceList.Empty : ResourceList.From(pairs);
    }

    public override void Write(Utf8JsonWriter writer, ResourceList value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, amount) in value)
            writer.WriteString(name, amount.ToString());
        writer.WriteEndObject();
    }
}

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => IntOrString.FromInt(reader.GetInt32()),
            JsonTokenType.String => IntOrString.FromText(reader.GetString()!),
            _ => throw new JsonException("expected a number or a text"),
        };

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(value.Text);
    }
}

internal sealed class GoDurationConverter : JsonConverter<GoDuration>
{
    public override GoDuration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("expected a duration");
        var text = reader.GetString();
        return GoDuration.TryParse(text, out var value)
            ? value
            : throw new JsonException($"\"{text}\" is not a duration");
    }

    public override void Write(Utf8JsonWriter writer, GoDuration value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

internal sealed class NillableDurationConverter : JsonConverter<NillableDuration>
{
    public override NillableDuration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("expected a duration or Never");
        var text = reader.GetString();
        return NillableDuration.TryParse(text, out var value)
            ? value
            : throw new JsonException($"\"{text}\" is neither a duration nor Never");
    }

    public override void Write(Utf8JsonWriter writer, NillableDuration value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

internal sealed class SchemaOrBoolConverter : JsonConverter<SchemaOrBool>
{
    public override SchemaOrBool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.True => new SchemaOrBool(true, null),
            JsonTokenType.False => new SchemaOrBool(false, null),
            _ => new SchemaOrBool(true, JsonSerializer.Deserialize(ref reader, ApiJson.TypeOf<JsonSchemaProps>())),
        };

    public override void Write(Utf8JsonWriter writer, SchemaOrBool value, JsonSerializerOptions options)
    {
        if (value.Schema is { } schema)
            JsonSerializer.Serialize(writer, schema, ApiJson.TypeOf<JsonSchemaProps>());
        else
            writer.WriteBooleanValue(value.Allows);
    }
}
