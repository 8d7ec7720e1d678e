namespace Tenon.Providers.Port;

/// <summary>What became of a request to end a machine.</summary>
public abstract record TerminateOutcome
{
    private TerminateOutcome() { }

    /// <summary>The end was triggered and is not over.</summary>
    public sealed record Triggered : TerminateOutcome;

    /// <summary>NodeClaimNotFound: nothing of the machine is left, or it never was.</summary>
    public sealed record Gone(string Message) : TerminateOutcome
    {
        public string Error => "nodeclaim not found, " + Message;
    }

    /// <summary>
    /// It is not known whether the end was triggered. Retried, with back-off when no <paramref name="RetryAfter"/> is
    /// given.
    /// </summary>
    public sealed record Failed(string Message, TimeSpan? RetryAfter = null) : TerminateOutcome;
}
