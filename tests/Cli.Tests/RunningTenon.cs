using System.Diagnostics;
using System.Text.Json;

namespace Tenon.Cli.Tests;

/// <summary>A <c>tenon</c> that stays, in a process of its own, with what it has said so far.</summary>
sealed class RunningTenon : IDisposable
{
    readonly Process _process;
    readonly Lock _gate = new();
    readonly List<string> _lines = [];

    public RunningTenon(string folder, params string[] arguments)
    {
        _process = TenonBinary.Start(folder, arguments);
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The production controller with pretended machines, on ports of its own.</summary>
    public static RunningTenon Controller(Scratch scratch, string kubeconfig) =>
        new(
            scratch.Path,
            "controller",
            "--provider",
            "kwok",
            "--kubeconfig",
            kubeconfig,
            "--metrics-port=0",
            "--health-probe-port=0"
        );

    public bool IsRunning => !_process.HasExited;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    /// <summary>The messages of the log, without those below INFO.</summary>
    public IEnumerable<string> Messages =>
        Lines
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("level").GetString() is not "DEBUG")
            .Select(line => line.GetProperty("message").GetString()!);

    public async Task UntilAsync(string message)
    {
        for (var look = 0; !Messages.Any(said => said.Contains(message, StringComparison.Ordinal)); look++)
        {
            Assert.True(look < 600 && IsRunning, $"'{message}' was never said:\n{string.Join('\n', Lines)}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks it to stop, as Kubernetes does, and returns its exit code.</summary>
    public int Terminate()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            kill.WaitForExit();
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(40)), "it does not stop:\n" + string.Join('\n', Lines));
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { } text)
            return;
        lock (_gate)
            _lines.Add(text);
    }
}
