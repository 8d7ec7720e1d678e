using System.Text.Json;

namespace Tenon.Api.Json;

/// <summary>Property names that come by the hundred thousand are handed out as one shared string each.</summary>
internal static class WellKnownText
{
    public static string Of(ref Utf8JsonReader reader)
    {
        if (!reader.HasValueSequence && !reader.ValueIsEscaped)
            switch (reader.ValueSpan.Length)
            {
                case 3 when reader.ValueTextEquals("cpu"u8):
                    return "cpu";
                case 4 when reader.ValueTextEquals("pods"u8):
                    return "pods";
                case 6 when reader.ValueTextEquals("memory"u8):
                    return "memory";
                case 17 when reader.ValueTextEquals("ephemeral-storage"u8):
                    return "ephemeral-storage";
            }
        return reader.GetString()!;
    }
}
