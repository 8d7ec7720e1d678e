using Tenon.Api.Karpenter;

namespace Tenon.Providers.Port;

/// <summary>Tells what can be bought for a pool.</summary>
public interface IInstanceTypeSource
{
    /// <summary>
    /// Every type, also those none of whose offerings can be had now: availability is a flag of the offering. The same
    /// array instance is returned while nothing changed, so that a caller may cache by reference.
    /// </summary>
    ValueTask<InstanceTypesOutcome> InstanceTypesAsync(NodePool pool, CancellationToken cancel);
}
