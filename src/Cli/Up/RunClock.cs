using System.Diagnostics;

namespace Tenon.Cli.Up;

/// <summary>How long a run takes since its process began: what a person at the terminal waits for.</summary>
sealed class RunClock
{
    readonly long _made = Stopwatch.GetTimestamp();
    readonly TimeSpan _before;

    public RunClock()
    {
        using var self = Process.GetCurrentProcess();
        _before = TimeProvider.System.GetUtcNow() - self.StartTime.ToUniversalTime();
    }

    public TimeSpan Elapsed => _before + Stopwatch.GetElapsedTime(_made);

    /// <summary>When a pod was first seen on a node; null until then.</summary>
    public TimeSpan? FirstBound { get; private set; }

    /// <summary>True once: when this is the first bound pod.</summary>
    public bool NotesFirst(int bound)
    {
        if (FirstBound is not null || bound == 0)
            return false;
        FirstBound = Elapsed;
        return true;
    }
}
