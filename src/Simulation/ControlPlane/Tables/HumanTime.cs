using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Simulation.ControlPlane.Kinds;

namespace Tenon.Simulation.ControlPlane.Tables;

/// <summary>
/// Ages as kubectl shows them: two significant parts at most (source: apimachinery's duration package).
/// </summary>
internal static class HumanTime
{
    public static string Since(JsonNode? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse(
            Meta.Show(timestamp),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? Duration(now - at)
            : "<unknown>";

    public static string Duration(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        if (seconds < -1)
            return "<invalid>";
        if (seconds < 0)
            return "0s";
        if (seconds < 120)
            return $"{seconds}s";
        var minutes = seconds / 60;
        if (minutes < 10)
            return Pair(minutes, "m", seconds % 60, "s");
        if (minutes < 180)
            return $"{minutes}m";
        var hours = minutes / 60;
        if (hours < 8)
            return Pair(hours, "h", minutes % 60, "m");
        if (hours < 48)
            return $"{hours}h";
        var days = hours / 24;
        if (hours < 192)
            return Pair(days, "d", hours % 24, "h");
        if (days < 730)
            return $"{days}d";
        return days < 8 * 365 ? Pair(days / 365, "y", days % 365, "d") : $"{days / 365}y";
    }

    private static string Pair(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
