using Tenon.Api.Karpenter;

namespace Tenon.Providers.Port;

/// <summary>
/// What became of a launch. The error cases are upstream's error kinds, each with the text its reactions show.
/// </summary>
public abstract record LaunchOutcome
{
    private LaunchOutcome() { }

    /// <summary>
    /// A machine runs for this claim. <paramref name="Claim"/> carries its labels (type, zone, capacity type and every
    /// other resolved one), annotations, and status provider id, image id, capacity and allocatable.
    /// </summary>
    public sealed record Launched(NodeClaim Claim) : LaunchOutcome;

    /// <summary>
    /// InsufficientCapacity: nothing that the claim allows can be had now. The claim is given up and planned anew, and
    /// <paramref name="Exhausted"/> stay unavailable for a while.
    /// </summary>
    public sealed record OutOfCapacity(string Message, ImmutableArray<OfferingKey> Exhausted) : LaunchOutcome
    {
        /// <summary>As upstream words it, with its error kind in front.</summary>
        public string Error => "insufficient capacity, " + Message;
    }

    /// <summary>NodeClassNotReady: the node class cannot serve launches. The claim is given up.</summary>
    public sealed record NodeClassNotReady(string Message) : LaunchOutcome
    {
        public string Error => "NodeClassRef not ready, " + Message;
    }

    /// <summary>
    /// CreateError: a failure with a reason of its own for the condition <c>Launched</c>. Retried with back-off.
    /// </summary>
    public sealed record CreateFailed(string ConditionReason, string ConditionMessage, string Message) : LaunchOutcome
    {
        public string Error => "creating nodeclaim, " + Message;
    }

    /// <summary>
    /// The cloud asks for patience, or gave no answer. Retried not before <paramref name="RetryAfter"/>; a machine may
    /// or may not run already, which the retry finds out.
    /// </summary>
    public sealed record Throttled(TimeSpan RetryAfter, string Message) : LaunchOutcome;

    /// <summary>
    /// Any other failure; the condition <c>Launched</c> shows <c>LaunchFailed</c>. Retried with back-off.
    /// </summary>
    public sealed record Failed(string Message) : LaunchOutcome;
}
