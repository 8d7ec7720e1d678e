using Tenon.Api.Karpenter;

namespace Tenon.Providers.Port;

/// <summary>
/// A provider's last word before a node counts as registered. Several may be named; registration waits for all.
/// </summary>
public interface IRegistrationHook
{
    /// <summary>Appears, comma-joined, in the message of the reason <c>RegistrationHookPending</c>.</summary>
    string Name { get; }

    /// <summary>Null when the hook is done with this claim; else when to ask again.</summary>
    ValueTask<TimeSpan?> RegisteredAsync(NodeClaim claim, CancellationToken cancel);
}
