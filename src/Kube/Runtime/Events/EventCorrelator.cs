using Tenon.Api.Core;

namespace Tenon.Kube.Runtime.Events;

/// <summary>What to write for an event.</summary>
internal abstract record EventWrite
{
    private EventWrite() { }

    /// <summary>A new Event object.</summary>
    public sealed record Create(Event Event) : EventWrite;

    /// <summary>One more of an Event that is there: its count, its last time, its message.</summary>
    public sealed record Repeat(Event Event) : EventWrite;

    /// <summary>The object has used up its share of events.</summary>
    public sealed record Drop : EventWrite;
}

/// <summary>
/// client-go's three filters in its order: many events that differ in the message alone become one "combined" event; an
/// event seen before becomes a higher count; and one object gets no more than a burst and then one per refill.
/// </summary>
internal sealed class EventCorrelator(EventCorrelatorOptions options)
{
    internal const string Combined = "(combined from similar events): ";

    private readonly LeastRecentlyUsed<Similar> _similar = new(options.Memory);
    private readonly LeastRecentlyUsed<Event> _written = new(options.Memory);
    private readonly LeastRecentlyUsed<Share> _shares = new(options.Memory);

    public EventWrite Next(Event told, DateTimeOffset now)
    {
        var write = Count(Combine(told, now), now);
        return TakeShare(told, now) ? write : new EventWrite.Drop();
    }

    /// <summary>
    /// The name and the version under which the server keeps it; the next of its kind is counted there.
    /// </summary>
    public void Written(Event written) => _written.Set(IdentityOf(written), written);

    private Event Combine(Event told, DateTimeOffset now)
    {
        var key = $"{ObjectOf(told)} {told.Type} {told.Reason}";
        if (!_similar.TryGet(key, out var similar) || now - similar.Last > options.SimilarWindow)
            similar = new Similar();
        similar.Last = now;
        similar.Messages.Add(told.Message ?? "");
        _similar.Set(key, similar);
        if (similar.Messages.Count < options.SimilarLimit)
            return told;
        // The set stays at the limit: what it must tell apart from now on is only "few" and "many".
        similar.Messages.Remove(similar.Messages.Min ?? "");
        return told with { Message = Combined + told.Message };
    }

    private EventWrite Count(Event told, DateTimeOffset now)
    {
        if (!_written.TryGet(IdentityOf(told), out var before))
            return new EventWrite.Create(told);
        return new EventWrite.Repeat(
            before with
            {
                Message = told.Message,
                Count = (before.Count ?? 1) + 1,
                LastTimestamp = now,
            }
        );
    }

    private bool TakeShare(Event told, DateTimeOffset now)
    {
        var key = ObjectOf(told);
        if (!_shares.TryGet(key, out var share))
            share = new Share(options.SpamBurst, now);
        share = share.Refill(now, options);
        var taken = share.Left >= 1;
        _shares.Set(key, taken ? share with { Left = share.Left - 1 } : share);
        return taken;
    }

    /// <summary>Combined events of one sort are one event, whatever they say.</summary>
    private static string IdentityOf(Event told)
    {
        var isCombined = told.Message?.StartsWith(Combined, StringComparison.Ordinal) == true;
        return $"{ObjectOf(told)} {told.Type} {told.Reason} {(isCombined ? Combined : told.Message)}";
    }

    private static string ObjectOf(Event told)
    {
        var about = told.InvolvedObject;
        return $"{told.Source?.Component} {told.Source?.Host} {about.ApiVersion} {about.Kind} {about.Namespace} {about.Name} {about.Uid}";
    }

    private sealed class Similar
    {
        public SortedSet<string> Messages { get; } = new(StringComparer.Ordinal);
        public DateTimeOffset Last { get; set; }
    }

    private readonly record struct Share(double Left, DateTimeOffset At)
    {
        public Share Refill(DateTimeOffset now, EventCorrelatorOptions options) =>
            new(Math.Min(options.SpamBurst, Left + (now - At) / options.SpamRefill), now);
    }
}
