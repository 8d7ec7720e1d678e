using Tenon.Api.Core;
using Tenon.Simulation.Workloads;
using Tenon.Simulation.Worlds;

namespace Tenon.Simulation.Oracles;

/// <summary>
/// A pod that waits has been told why; when the world is calm, nobody waits whom the world could serve.
/// </summary>
internal sealed class PendingOracle(SimulatedWorld world, Accuse accuse) : IOracle
{
    /// <summary>How long a pod may wait without a reason.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public void Look()
    {
        var now = world.Loop.Time.GetUtcNow();
        foreach (var pod in world.Informers.Of<Pod>().All)
            if (
                !pod.IsAssigned()
                && !pod.Metadata.IsDeleting
                && now - pod.Metadata.CreationTimestamp > Patience
                && pod.Condition("PodScheduled") is not { Status: "False", Message.Length: > 0 }
            )
                accuse(
                    "every pending pod has a node or a reason",
                    $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name}",
                    "waits and nobody says why"
                );
    }

    /// <summary>
    /// How long a pod may wait for a machine that has to be bought: a batch, a launch, a boot, and one machine that the
    /// spot market took back before it joined. Weather goes on when faults have ended, so a calm world still loses
    /// machines, and the pods of one that was lost a moment ago are on their way.
    /// </summary>
    private static readonly TimeSpan Delivery = TimeSpan.FromMinutes(6);

    public void JudgeCalm()
    {
        if (world.Cloud is null || !world.Options.EveryPodFits)
            return;
        var now = world.Loop.Time.GetUtcNow();
        foreach (var pod in world.Informers.Of<Pod>().All)
            if (!pod.IsAssigned() && !pod.Metadata.IsDeleting && now - pod.Metadata.CreationTimestamp > Delivery)
                accuse(
                    "every pending pod gets a node",
                    $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name}",
                    $"still waits in a calm world: {pod.Condition("PodScheduled")?.Message}"
                );
    }
}
