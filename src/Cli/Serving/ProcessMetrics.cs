using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Tenon.Cli.Serving;

/// <summary>
/// What every Prometheus client tells of its process (<c>process_*</c>), and upstream's <c>karpenter_build_info</c>.
/// The runtime's own numbers come from its meter, <c>System.Runtime</c>.
/// </summary>
static class ProcessMetrics
{
    public static void AddTo(Meter meter)
    {
        var process = Process.GetCurrentProcess();
        meter.CreateObservableCounter(
            "process_cpu_seconds_total",
            () => Environment.CpuUsage.TotalTime.TotalSeconds,
            "s",
            "Total user and system CPU time spent in seconds."
        );
        meter.CreateObservableGauge(
            "process_resident_memory_bytes",
            () => Environment.WorkingSet,
            "By",
            "Resident memory size in bytes."
        );
        meter.CreateObservableGauge(
            "process_start_time_seconds",
            () => new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0,
            "s",
            "Start time of the process since unix epoch in seconds."
        );
        if (Directory.Exists("/proc/self/fd"))
            meter.CreateObservableGauge(
                "process_open_fds",
                static () => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(),
                null,
                "Number of open file descriptors."
            );
        meter.CreateObservableGauge("karpenter_build_info", BuildInfo, null, "Constant 1: what runs here.");
    }

    /// <summary>Upstream's label says which Go; ours says which .NET.</summary>
    static Measurement<int> BuildInfo()
    {
        var told =
            typeof(ProcessMetrics)
                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion
            ?? "";
        var parts = told.Split('+', 2);
        return new Measurement<int>(
            1,
            new("version", parts[0]),
            new("goversion", RuntimeInformation.FrameworkDescription),
            new("goarch", RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()),
            new KeyValuePair<string, object?>(
                "commit",
                parts.Length > 1 ? parts[1][..Math.Min(7, parts[1].Length)] : ""
            )
        );
    }
}
