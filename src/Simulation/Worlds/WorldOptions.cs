using Tenon.Providers.Catalog;
using Tenon.Simulation.Cloud;
using Tenon.Simulation.Faults;
using Tenon.Simulation.Nodes;

namespace Tenon.Simulation.Worlds;

public sealed record WorldOptions
{
    /// <summary>
    /// Decides everything that is left to chance. Two worlds with equal options do the same, byte for byte.
    /// </summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>For messages and for the command that replays a violation.</summary>
    public string Name { get; init; } = "world";

    public DateTimeOffset Start { get; init; } = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    public KubeletOptions Kubelets { get; init; } = new();
    public FaultPlan Faults { get; init; } = FaultPlan.None();

    /// <summary>What the simulated cloud sells; null makes a cluster of given nodes only.</summary>
    public Catalogue? Catalogue { get; init; }

    public CloudOptions Cloud { get; init; } = CloudOptions.Calm;

    /// <summary>The node autoscaler under test; null leaves the world without one.</summary>
    public OperatorMain? Operator { get; init; }

    /// <summary>
    /// The workload was made so that the pools can hold all of it: then a calm world has no pending pod.
    /// </summary>
    public bool EveryPodFits { get; init; } = true;

    /// <summary>Whether the simulated controllers write Events.</summary>
    public bool TellsEvents { get; init; } = true;

    /// <summary>Whether laws are checked while the world runs.</summary>
    public bool Judged { get; init; } = true;

    /// <summary>Lines of the journal kept for people; all lines are hashed.</summary>
    public int JournalLines { get; init; } = 20_000;

    /// <summary>
    /// Whether other threads may post work to the world's loop, as the HTTP front of a live world does.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>Stop here, to look at the state a violation was found in; null runs to the end.</summary>
    public TimeSpan? Until { get; init; }
}
