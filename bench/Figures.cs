using System.Globalization;
using System.Text.Json;

namespace Tenon.Bench;

/// <summary>What one benchmark printed: the figures that a budget speaks of.</summary>
/// <param name="FirstPlanRatio">The time to a valid plan, in yardsticks; see <see cref="Yardstick"/>.</param>
public sealed record Figures(
    string Name,
    long AllocatedBytes,
    long PeakRssMb,
    double FirstPlanMs,
    double FirstPlanRatio
)
{
    /// <exception cref="FormatException">The line is no benchmark's result.</exception>
    public static Figures Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new Figures(
                root.GetProperty("name").GetString()!,
                root.GetProperty("allocBytes").GetInt64(),
                root.GetProperty("peakRssMb").GetInt64(),
                root.GetProperty("firstPlanMs").GetDouble(),
                root.GetProperty("firstPlanRatio").GetDouble()
            );
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"not a benchmark's result: {line}", wrong);
        }
    }

    public string AllocatedMb => (AllocatedBytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
