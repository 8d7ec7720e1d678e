using System.Collections.Immutable;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Simulation.Cloud;

/// <summary>The queue of interruption notices.</summary>
public sealed partial class SimulatedCloud : IInterruptionSource
{
    private readonly NoticeQueue _notices = new(time);

    public async ValueTask<ImmutableArray<InterruptionDelivery>> ReceiveAsync(int max, CancellationToken cancel)
    {
        await QuestionAsync("Receive", "", cancel);
        return await _notices.ReceiveAsync(max, cancel);
    }

    public ValueTask AcknowledgeAsync(InterruptionDelivery delivery, CancellationToken cancel)
    {
        _notices.Acknowledge(delivery);
        return ValueTask.CompletedTask;
    }

    private void Notify(InterruptionNotice notice) => _notices.Send(notice);
}
