namespace Tenon.Kube.Runtime.Controllers;

/// <summary>How a reconcile ended, as metrics tell it.</summary>
internal enum ReconcileVerdict
{
    Success,
    RequeueAfter,

    /// <summary>A conflict: again with back-off, not an error.</summary>
    Requeue,
    Error,
    TerminalError,

    /// <summary>An exception that no contract names: what a panic is elsewhere.</summary>
    Crash,
    Timeout,
}
