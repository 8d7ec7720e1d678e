using System.Globalization;

namespace Tenon.Simulation.Workloads;

internal static class Timestamps
{
    /// <summary>Microseconds in UTC, as leases carry them.</summary>
    public static string Micros(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Whole seconds in UTC, as Kubernetes writes times.</summary>
    public static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
