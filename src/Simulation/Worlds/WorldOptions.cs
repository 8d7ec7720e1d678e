using Tenon.Simulation.Faults;
using Tenon.Simulation.Nodes;

namespace Tenon.Simulation.Worlds;

public sealed record WorldOptions
{
    /// <summary>Decides everything that is left to chance. Two worlds with equal options do the same, byte for byte.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>For messages and for the command that replays a violation.</summary>
    public string Name { get; init; } = "world";

    public DateTimeOffset Start { get; init; } = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    public KubeletOptions Kubelets { get; init; } = new();
    public FaultPlan Faults { get; init; } = FaultPlan.None();

    /// <summary>Whether the simulated controllers write Events.</summary>
    public bool TellsEvents { get; init; } = true;

    /// <summary>Lines of the journal kept for people; all lines are hashed.</summary>
    public int JournalLines { get; init; } = 20_000;
}
