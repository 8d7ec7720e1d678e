namespace Tenon.Providers.Port.Interruptions;

/// <summary>
/// A queue of notices, delivered at least once: a delivery that is not acknowledged within the source's own visibility
/// timeout comes again, and two deliveries may tell the same. Order is not promised.
/// </summary>
public interface IInterruptionSource
{
    /// <summary>
    /// Up to <paramref name="max"/> deliveries; waits a while for the first one and may come back with none. Throws
    /// <see cref="CloudUnavailableException"/> when the queue cannot be read.
    /// </summary>
    ValueTask<ImmutableArray<InterruptionDelivery>> ReceiveAsync(int max, CancellationToken cancel);

    /// <summary>The notice was dealt with and need not come again.</summary>
    ValueTask AcknowledgeAsync(InterruptionDelivery delivery, CancellationToken cancel);
}

/// <param name="Receipt">The source's handle for the acknowledgement.</param>
/// <param name="Notices">What the message says; empty for one that concerns nothing of ours, which is only
/// acknowledged.</param>
public sealed record InterruptionDelivery(string Receipt, ImmutableArray<InterruptionNotice> Notices);
