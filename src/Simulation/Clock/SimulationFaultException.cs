namespace Tenon.Simulation.Clock;

/// <summary>
/// Something in the simulated world broke: an unhandled exception, a livelock, or work that left the loop.
/// </summary>
public sealed class SimulationFaultException : Exception
{
    public SimulationFaultException(string origin, TimeSpan at, Exception? inner = null)
        : base(
            $"at {at:d\\.hh\\:mm\\:ss\\.fff} of virtual time, in {origin}{(inner is null ? "" : $": {inner.GetType().Name}: {inner.Message}")}",
            inner
        )
    {
        Origin = origin;
        At = at;
    }

    /// <summary>The named task, or the callback, that broke.</summary>
    public string Origin { get; }

    /// <summary>Virtual time since the start of the run.</summary>
    public TimeSpan At { get; }
}
