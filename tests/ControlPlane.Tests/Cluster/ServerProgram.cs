using System.Diagnostics;

namespace Tenon.ControlPlane.Tests.Cluster;

/// <summary>One program of the control plane: its output goes to a file, and it ends with its owner.</summary>
sealed class ServerProgram : IDisposable
{
    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    readonly string _file;
    readonly string[] _arguments;
    readonly string _log;
    Process? _process;

    public ServerProgram(string file, string log, params string[] arguments)
    {
        (_file, _log, _arguments) = (file, log, arguments);
        Start();
    }

    public bool HasEnded => _process is null || _process.HasExited;

    public void Start()
    {
        // The program lives as long as the pipe to its shell: it ends even when this process is ended hard.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            "exec 3<&0 2>/dev/null; \"$@\" >>\"$0\" 2>&1 3<&- </dev/null & p=$!; (read _ <&3; kill -9 $p) 2>/dev/null & wait $p"
        );
        start.ArgumentList.Add(_log);
        start.ArgumentList.Add(_file);
        foreach (var argument in _arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{_file} did not start");
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public void Kill()
    {
        if (_process is null)
            return;
        _process.StandardInput.Close();
        _process.WaitForExit(EndPatience);
        _process.Dispose();
        _process = null;
    }

    /// <summary>The last lines it wrote, for a message.</summary>
    public string Tail() =>
        File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(20)) : "it wrote nothing";

    public void Dispose() => Kill();
}
