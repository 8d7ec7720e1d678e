using Tenon.Api.Karpenter;

namespace Tenon.Providers.Port;

/// <summary>
/// Buys, finds and returns machines. Expected flow: launch until <see cref="LaunchOutcome.Launched"/>; later terminate
/// until
/// <see cref="TerminateOutcome.Gone"/>. Guarantees: launching the same claim (by UID) again, after any outcome or none,
/// never buys a second machine. Errors: a refusal is an outcome; only cancellation and bugs are thrown, except where a
/// member says otherwise.
/// </summary>
public interface IInstanceLauncher
{
    /// <summary>Launches one machine that satisfies the claim's requirements and requests.</summary>
    ValueTask<LaunchOutcome> LaunchAsync(NodeClaim claim, CancellationToken cancel);

    /// <summary>
    /// Asks for the end of the claim's machine. Safe to repeat; the caller repeats it until the machine is gone.
    /// </summary>
    ValueTask<TerminateOutcome> TerminateAsync(NodeClaim claim, CancellationToken cancel);

    /// <summary>The machine with this provider id, as a claim with labels and status.</summary>
    ValueTask<MachineOutcome> GetAsync(string providerId, CancellationToken cancel);

    /// <summary>
    /// Every machine this cluster owns, ordered by provider id. One whose end was triggered carries a deletion
    /// timestamp and counts as gone. Throws <see cref="CloudUnavailableException"/> when the list cannot be known
    /// completely: half a list would make the garbage collector remove healthy claims.
    /// </summary>
    ValueTask<ImmutableArray<NodeClaim>> ListAsync(CancellationToken cancel);
}
