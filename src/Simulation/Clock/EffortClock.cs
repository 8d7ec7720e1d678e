namespace Tenon.Simulation.Clock;

/// <summary>
/// A clock that moves by the same span each time somebody looks at it. It stands in for the wall where work may take
/// "half a second": under virtual time no time passes while a callback runs, and the wall would make runs differ. Who
/// polls it between steps of equal work gets the same number of steps everywhere.
/// </summary>
public sealed class EffortClock(TimeSpan perLook) : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks += perLook.Ticks;
}
