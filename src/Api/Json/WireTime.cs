using System.Globalization;
using System.Text.Json;

namespace Tenon.Api.Json;

/// <summary>Times as the API writes them.</summary>
public static class WireTime
{
    /// <summary><c>2026-01-02T03:04:05Z</c>: cut to whole seconds.</summary>
    public static string Seconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2026-01-02T03:04:05.123456Z</c>: cut to whole microseconds.</summary>
    public static string Micros(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Any RFC 3339 time; finer than 100 ns is cut.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is { Length: >= 20 }
            && text[10] is 'T' or 't'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>The time cut to whole seconds, as it will read after a round trip through the API.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) =>
        new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);

    internal static DateTimeOffset Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("expected a time");
        if (reader.TryGetDateTimeOffset(out var time))
            return time.ToUniversalTime();
        return TryParse(reader.GetString(), out time)
            ? time.ToUniversalTime()
            : throw new JsonException($"\"{reader.GetString()}\" is not an RFC 3339 time");
    }
}
