using Tenon.Api.Karpenter;

namespace Tenon.Providers.Port;

/// <summary>Tells whether a machine still is what its node class asks for.</summary>
public interface IDriftSource
{
    /// <summary>Null when not drifted, and when the machine is gone: its end is another controller's business. Throws
    /// <see cref="CloudUnavailableException"/> when it cannot be known.</summary>
    ValueTask<string?> DriftReasonAsync(NodeClaim claim, CancellationToken cancel);
}
