using System.Diagnostics;
using System.Text.Json;

namespace Tenon.ControlPlane.Tests.Cluster;

/// <summary>
/// The product as a process: <c>tenon controller</c> as it is shipped, under the rights it is shipped with.
/// </summary>
sealed class TenonProgram : IDisposable
{
    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(40);

    readonly Process _process;
    readonly Lock _gate = new();
    readonly List<string> _lines = [];

    public TenonProgram(RealCluster cluster, params string[] flags)
    {
        MetricsPort = RealCluster.FreePort();
        ProbePort = RealCluster.FreePort();
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "tenon.dll"),
            "controller",
            "--provider=kwok",
            $"--kubeconfig={cluster.TenonConfig}",
            "--leader-election-namespace=kube-system",
            $"--metrics-port={MetricsPort}",
            $"--health-probe-port={ProbePort}",
            .. flags,
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start) ?? throw new InvalidOperationException("tenon did not start");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int MetricsPort { get; }
    public int ProbePort { get; }

    public bool IsAlive => !_process.HasExited;

    public int ExitCode => _process.ExitCode;

    public TimeSpan CpuTime => _process.TotalProcessorTime;

    public double PeakMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1048576.0;
        }
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    public IEnumerable<string> Messages =>
        Lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("message").GetString() ?? "");

    public string Tail => string.Join('\n', Lines.TakeLast(30));

    public void Crash()
    {
        _process.Kill();
        _process.WaitForExit(EndPatience);
    }

    /// <summary>SIGTERM, as the kubelet sends it.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(null as IFormatProvider)])!;
        await kill.WaitForExitAsync();
        Assert.True(_process.WaitForExit(EndPatience), $"tenon did not stop in {EndPatience.TotalSeconds} s\n{Tail}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Crash();
        _process.Dispose();
    }

    void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
            _lines.Add(line);
    }
}
