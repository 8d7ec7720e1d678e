using Tenon.Api.Karpenter;

namespace Tenon.Providers.Port;

/// <summary>What is known of one machine.</summary>
public abstract record MachineOutcome
{
    private MachineOutcome() { }

    public sealed record Found(NodeClaim Claim) : MachineOutcome;

    /// <summary>NodeClaimNotFound: no such machine, or its end was triggered.</summary>
    public sealed record Gone(string Message) : MachineOutcome
    {
        public string Error => "nodeclaim not found, " + Message;
    }

    /// <summary>The cloud did not say.</summary>
    public sealed record Failed(string Message, TimeSpan? RetryAfter = null) : MachineOutcome;
}
