using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Tenon.Api.Core;
using Tenon.Kube.Client;
using Tenon.Kube.Client.Patching;

namespace Tenon.Kube.Runtime.Events;

/// <summary>
/// Tells events as core/v1 objects.
/// <para>Expected flow: <see cref="Publish"/> dedupes, asks the rate limit and queues; <see cref="RunAsync"/> writes
/// them one after the other, in order, counting repeats instead of writing them again.</para>
/// <para>Guarantees: publishing never waits; memory is bounded; a server that is away for two minutes costs no event
/// that the queue can hold.</para>
/// <para>Errors: an event that does not fit, or that the server refuses, is counted and dropped.</para>
/// </summary>
public sealed class EventRecorder : IEventRecorder
{
    private readonly KubeClient _client;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly DedupeSlots _slots;
    private readonly EventCorrelator _correlator;
    private readonly Channel<Event> _queue;
    private readonly Counter<long>? _droppedCounter;
    private long _lastName;
    private long _dropped;

    public EventRecorder(KubeClient client, EventRecorderOptions options, TimeProvider time)
    {
        (_client, _options, _time) = (client, options, time);
        _slots = new DedupeSlots(options.DedupeLimit, time);
        _correlator = new EventCorrelator(options.Correlator);
        _queue = Channel.CreateBounded<Event>(new BoundedChannelOptions(options.QueueLimit) { SingleReader = true });
        _droppedCounter = options.Meter?.CreateCounter<long>("tenon_events_dropped_total");
    }

    /// <summary>Events that were dropped since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Publish(KubeEvent told)
    {
        if (!_slots.Take(told))
            return;
        if (told.RateLimit is { } limit && !limit.TryTake())
            return;
        if (!_queue.Writer.TryWrite(ToWire(told)))
            Drop(told.Reason, "the queue is full");
    }

    /// <summary>Writes what is published, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(cancel))
            while (_queue.Reader.TryRead(out var told))
                await WriteAsync(told, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private async ValueTask WriteAsync(Event told, CancellationToken cancel)
    {
        var write = _correlator.Next(told, told.LastTimestamp ?? _time.GetUtcNow());
        if (write is EventWrite.Drop)
        {
            Drop(told.Reason ?? "", "too many events about one object");
            return;
        }
        for (var attempt = 1; ; attempt++)
        {
            var result = await SendAsync(write, cancel);
            if (result.IsOk)
            {
                _correlator.Written(result.Value);
                return;
            }
            if (write is EventWrite.Repeat repeat && result.IsNotFound)
            {
                // The server's copy ran out of its time to live: this is the first of a new one.
                write = new EventWrite.Create(
                    Renamed(repeat.Event) with
                    {
                        Count = 1,
                        FirstTimestamp = repeat.Event.LastTimestamp,
                    }
                );
                continue;
            }
            if (!result.Error.IsTransient || attempt >= _options.Attempts)
            {
                Drop(told.Reason ?? "", result.Error.Message);
                return;
            }
            await Task.Delay(_options.RetryPause, _time, cancel);
        }
    }

    private ValueTask<KubeResult<Event>> SendAsync(EventWrite write, CancellationToken cancel)
    {
        if (write is not EventWrite.Repeat { Event: var counted })
            return _client.CreateAsync(((EventWrite.Create)write).Event, cancel);
        var patch = Patch.Merge(
            new JsonObject
            {
                ["count"] = counted.Count,
                ["message"] = counted.Message,
                ["lastTimestamp"] = Api.Json.WireTime.Seconds(counted.LastTimestamp ?? _time.GetUtcNow()),
            }
        );
        return _client.PatchAsync<Event>(counted.Metadata.Namespace, counted.Metadata.Name ?? "", patch, cancel);
    }

    private Event ToWire(KubeEvent told)
    {
        var about = told.About;
        var now = _time.GetUtcNow();
        return Renamed(
            new Event
            {
                Metadata = new ObjectMeta
                {
                    Namespace = string.IsNullOrEmpty(about.Namespace) ? _options.ClusterNamespace : about.Namespace,
                },
                InvolvedObject = new ObjectReference
                {
                    ApiVersion = about.ApiVersion,
                    Kind = about.Kind,
                    Namespace = about.Namespace,
                    Name = about.Name,
                    Uid = about.Uid,
                    ResourceVersion = about.ResourceVersion,
                },
                Type = told.Type,
                Reason = told.Reason,
                Message = told.Message,
                Count = 1,
                FirstTimestamp = now,
                LastTimestamp = now,
                Source = new EventSource
                {
                    Component = _options.Component,
                    Host = _options.Instance is { Length: > 0 } host ? host : null,
                },
                ReportingComponent = _options.Component,
                ReportingInstance = _options.Instance,
            }
        );
    }

    /// <summary>
    /// The object's name and the time in hexadecimal nanoseconds, as client-go; two in one instant differ by one.
    /// </summary>
    private Event Renamed(Event told)
    {
        long name,
            last;
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        do
        {
            last = Interlocked.Read(ref _lastName);
            name = Math.Max(now, last + 1);
        } while (Interlocked.CompareExchange(ref _lastName, name, last) != last);
        return told with
        {
            Metadata = new ObjectMeta
            {
                Namespace = told.Metadata.Namespace,
                Name = $"{told.InvolvedObject.Name}.{name.ToString("x", CultureInfo.InvariantCulture)}",
            },
        };
    }

    private void Drop(string reason, string why)
    {
        Interlocked.Increment(ref _dropped);
        _droppedCounter?.Add(1);
        _options.Listener.EventDropped(reason, why);
    }
}
