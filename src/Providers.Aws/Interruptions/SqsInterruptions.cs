using Tenon.Providers.Aws.Wire;
using Tenon.Providers.Port;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Providers.Aws.Interruptions;

/// <summary>Turns an instance id into the provider id of a machine of ours; null for a foreign one.</summary>
public interface IInstanceDirectory
{
    string? ProviderIdOf(string instanceId);

    /// <summary>The spot offering it was bought as; null for a foreign one.</summary>
    OfferingKey? OfferingOf(string instanceId);

    /// <summary>The reservation it runs in; null when it runs in none.</summary>
    string? ReservationOf(string instanceId);
}

/// <summary>
/// The interruption port over an SQS queue fed by EventBridge. A message that does not read, or that concerns nothing
/// of ours, becomes a delivery without notices, which the consumer merely acknowledges. Duplicates are passed on: to
/// delete a claim that is already going changes nothing.
/// </summary>
/// <param name="reclaimed">Told of a spot offering that EC2 takes machines back from.</param>
/// <param name="withdrawn">Told of a reservation that EC2 takes machines back from.</param>
public sealed class SqsInterruptions(
    SqsQueue queue,
    IInstanceDirectory directory,
    Action<OfferingKey>? reclaimed = null,
    Action<string>? withdrawn = null
) : IInterruptionSource
{
    /// <summary>EC2 warns two minutes before it takes a spot machine.</summary>
    public static readonly TimeSpan SpotWarning = TimeSpan.FromMinutes(2);

    public async ValueTask<ImmutableArray<InterruptionDelivery>> ReceiveAsync(int max, CancellationToken cancel)
    {
        var messages = await queue.ReceiveAsync(cancel);
        if (!messages.IsOk)
            throw new CloudUnavailableException(messages.Error.ToString());
        return
        [
            .. messages.Value.Take(max).Select(message => new InterruptionDelivery(message.Receipt, Notices(message))),
        ];
    }

    public async ValueTask AcknowledgeAsync(InterruptionDelivery delivery, CancellationToken cancel)
    {
        var deleted = await queue.DeleteAsync(new SqsMessage(delivery.Receipt, null), cancel);
        // Not deleted means only that it comes again.
        if (!deleted.IsOk && !deleted.Error.MayPass)
            throw new CloudUnavailableException(deleted.Error.ToString());
    }

    private ImmutableArray<InterruptionNotice> Notices(SqsMessage message)
    {
        if (EventBridgeMessage.Read(message.Body) is not { } read)
            return [];
        foreach (var instance in read.Instances)
        {
            if (read.Kind == MessageKind.SpotInterrupted && directory.OfferingOf(instance) is { } offering)
                reclaimed?.Invoke(offering);
            if (
                read.Kind == MessageKind.CapacityReservationInterrupted
                && directory.ReservationOf(instance) is { } reservation
            )
                withdrawn?.Invoke(reservation);
        }
        return
        [
            .. read
                .Instances.Select(directory.ProviderIdOf)
                .OfType<string>()
                .Select(id => Notice(read, id))
                .OfType<InterruptionNotice>(),
        ];
    }

    private static InterruptionNotice? Notice(EventBridgeMessage message, string providerId) =>
        message.Kind switch
        {
            MessageKind.SpotInterrupted or MessageKind.CapacityReservationInterrupted => new InterruptionNotice.Reclaim(
                providerId,
                message.At,
                message.At + SpotWarning
            ),
            MessageKind.RebalanceRecommendation => new InterruptionNotice.RebalanceAdvice(providerId, message.At),
            MessageKind.ScheduledChange => new InterruptionNotice.ScheduledMaintenance(
                providerId,
                message.At,
                message.At,
                message.State
            ),
            MessageKind.InstanceStopped when message.State == "stopping" => new InterruptionNotice.Stopping(
                providerId,
                message.At
            ),
            MessageKind.InstanceTerminated when message.State == "shutting-down" => new InterruptionNotice.Stopping(
                providerId,
                message.At
            ),
            MessageKind.InstanceStopped or MessageKind.InstanceTerminated => new InterruptionNotice.Stopped(
                providerId,
                message.At
            ),
            _ => null,
        };
}
