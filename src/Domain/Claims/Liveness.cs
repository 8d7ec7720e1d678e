using Tenon.Api.Core;
using Tenon.Api.Karpenter;

namespace Tenon.Domain.Claims;

/// <summary>What liveness makes of a claim.</summary>
public abstract record LivenessVerdict
{
    private LivenessVerdict() { }

    /// <summary>Registered: liveness has nothing more to say.</summary>
    public sealed record Alive : LivenessVerdict;

    public sealed record Wait(TimeSpan For) : LivenessVerdict;

    /// <summary>The claim did not get there in time and is deleted.</summary>
    /// <param name="Reason"><c>launch_timeout</c> or <c>registration_timeout</c>, as the disrupted counter spells
    /// it.</param>
    public sealed record GiveUp(string Reason) : LivenessVerdict;
}

/// <summary>
/// How long a claim may take. Both clocks start when the condition last changed, not when the claim was made.
/// </summary>
public static class Liveness
{
    public static readonly TimeSpan LaunchTimeout = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan RegistrationTimeout = TimeSpan.FromMinutes(15);

    public static LivenessVerdict Judge(NodeClaim claim, DateTimeOffset now, TimeSpan launchTimeout)
    {
        var registered = Find(claim, "Registered");
        if (registered?.Status == "True")
            return new LivenessVerdict.Alive();
        var launched = Find(claim, "Launched");
        if (launched?.LastTransitionTime is not { } launchedAt)
            return new LivenessVerdict.Wait(TimeSpan.FromSeconds(1));
        if (launched.Status != "True")
        {
            var left = launchedAt + launchTimeout - now;
            return left > TimeSpan.Zero ? new LivenessVerdict.Wait(left) : new LivenessVerdict.GiveUp("launch_timeout");
        }
        if (registered?.LastTransitionTime is not { } registeredAt)
            return new LivenessVerdict.Wait(TimeSpan.FromSeconds(1));
        var rest = registeredAt + RegistrationTimeout - now;
        return rest > TimeSpan.Zero
            ? new LivenessVerdict.Wait(rest)
            : new LivenessVerdict.GiveUp("registration_timeout");
    }

    private static Condition? Find(NodeClaim claim, string type) =>
        claim.Status.Conditions.FirstOrDefault(it => it.Type == type);
}
