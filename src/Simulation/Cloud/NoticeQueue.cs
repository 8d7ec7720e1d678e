using System.Collections.Immutable;
using System.Globalization;
using Tenon.Providers.Port.Interruptions;

namespace Tenon.Simulation.Cloud;

/// <summary>A message queue as clouds have them: at least once, hidden while being worked on, bounded.</summary>
internal sealed class NoticeQueue(TimeProvider time)
{
    /// <summary>Messages kept; the oldest make room.</summary>
    private const int Limit = 10_000;

    /// <summary>A message received and not acknowledged comes again after this.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromSeconds(30);

    /// <summary>A receiver waits this long for a first message.</summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);

    private readonly SortedDictionary<long, Message> _messages = [];
    private TaskCompletionSource _arrival = new();
    private long _next;

    private sealed record Message(InterruptionNotice Notice, DateTimeOffset VisibleAt);

    public void Send(InterruptionNotice notice)
    {
        if (_messages.Count == Limit)
            _messages.Remove(_messages.First().Key);
        _messages.Add(_next++, new Message(notice, time.GetUtcNow()));
        var waiting = _arrival;
        _arrival = new TaskCompletionSource();
        waiting.SetResult();
    }

    public async ValueTask<ImmutableArray<InterruptionDelivery>> ReceiveAsync(int max, CancellationToken cancel)
    {
        var until = time.GetUtcNow() + LongPoll;
        while (true)
        {
            var now = time.GetUtcNow();
            var ready = _messages.Where(message => message.Value.VisibleAt <= now).Take(max).ToArray();
            foreach (var (id, message) in ready)
                _messages[id] = message with { VisibleAt = now + Hidden };
            if (ready.Length > 0 || now >= until)
                return
                [
                    .. ready.Select(message => new InterruptionDelivery(
                        message.Key.ToString(CultureInfo.InvariantCulture),
                        [message.Value.Notice]
                    )),
                ];
            await WaitAsync(until - now, cancel);
        }
    }

    public void Acknowledge(InterruptionDelivery delivery) =>
        _messages.Remove(long.Parse(delivery.Receipt, NumberStyles.None, CultureInfo.InvariantCulture));

    /// <summary>Until something arrives, something hidden shows again, or the time is up.</summary>
    private async ValueTask WaitAsync(TimeSpan longest, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        foreach (var message in _messages.Values)
            if (message.VisibleAt - now is var left && left > TimeSpan.Zero && left < longest)
                longest = left;
        try
        {
            await _arrival.Task.WaitAsync(longest, time, cancel);
        }
        catch (TimeoutException)
        {
            // Time to look again.
        }
    }
}
