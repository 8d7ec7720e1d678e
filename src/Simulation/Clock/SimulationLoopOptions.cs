namespace Tenon.Simulation.Clock;

public sealed record SimulationLoopOptions
{
    /// <summary>Where virtual time begins. Default: Monday 2026-01-05 00:00 UTC, so that schedules read well.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Callbacks at one instant after which the run is called a livelock. Default 50 million.</summary>
    public long CallbacksPerInstant { get; init; } = 50_000_000;

    /// <summary>Work posted from other threads that may wait at once. Default 1 million.</summary>
    public int ForeignWork { get; init; } = 1_000_000;

    /// <summary>
    /// Whether other threads may post work (a server in front of a live world does). Default false: in a simulated run
    /// it means that some await left the loop, and the run could not be repeated.
    /// </summary>
    public bool AllowForeignWork { get; init; }
}
