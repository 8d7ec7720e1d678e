namespace Tenon.Scheduling;

/// <summary>How far a solve goes: upstream's greedy plan, or the cheapest plan found before the deadline.</summary>
public enum SolvePolicy
{
    Greedy,
    Best,
}

/// <summary>
/// When to stop. The core has no clock, so the shell's watch is asked through <see cref="ShouldStop"/>; a solve that is
/// stopped during its greedy part leaves the remaining pods without placement and without error.
/// </summary>
public sealed record SolveLimits
{
    public static readonly SolveLimits Greedy = new();
    public static readonly SolveLimits Best = new() { Policy = SolvePolicy.Best };

    public SolvePolicy Policy { get; init; } = SolvePolicy.Greedy;

    /// <summary>True ends the greedy part.</summary>
    public Func<bool>? ShouldStop { get; init; }

    /// <summary>
    /// True ends the improvement; what was found by then is the plan. Null: <see cref="ShouldStop"/> rules it too.
    /// </summary>
    public Func<bool>? ShouldStopImproving { get; init; }

    /// <summary>
    /// Rounds of improvement at most; a bound that does not depend on the machine's speed keeps plans identical.
    /// </summary>
    public int MaxRounds { get; init; } = 200;

    /// <summary>
    /// Steps of work of the improvement at most, about a billionth of a second each: like the rounds, a limit that does
    /// not depend on the machine's speed.
    /// </summary>
    public long MaxSteps { get; init; } = 4_000_000_000;

    /// <summary>Called once, when the greedy plan stands and improvement begins.</summary>
    public Action? FirstPlanStands { get; init; }
}
