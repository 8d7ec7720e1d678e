using System.Globalization;
using System.Text.Json;

namespace Tenon.Providers.Aws.Interruptions;

/// <summary>
/// What a queue message means (AWS provider specification §6.1). The names are upstream's metric labels.
/// </summary>
public enum MessageKind
{
    NoOp,
    SpotInterrupted,
    RebalanceRecommendation,
    InstanceStopped,
    InstanceTerminated,
    ScheduledChange,
    CapacityReservationInterrupted,
}

/// <summary>A message of the interruption queue, read.</summary>
/// <param name="At">The envelope's time; the epoch's start where it has none.</param>
/// <param name="Instances">Ids of the instances it concerns, ours or not.</param>
public sealed record EventBridgeMessage(
    MessageKind Kind,
    DateTimeOffset At,
    ImmutableArray<string> Instances,
    string State = "",
    string Description = ""
)
{
    /// <summary>Instances one message may name; a health event for a whole account stays below.</summary>
    private const int MostInstances = 10_000;

    private static readonly EventBridgeMessage Nothing = new(MessageKind.NoOp, DateTimeOffset.UnixEpoch, []);

    /// <summary>Upstream's label for metrics and events.</summary>
    public string Label =>
        Kind switch
        {
            MessageKind.SpotInterrupted => "spot_interrupted",
            MessageKind.RebalanceRecommendation => "rebalance_recommendation",
            MessageKind.InstanceStopped => "instance_stopped",
            MessageKind.InstanceTerminated => "instance_terminated",
            MessageKind.ScheduledChange => "scheduled_change",
            MessageKind.CapacityReservationInterrupted => "capacity_reservation_interrupted",
            _ => "no_op",
        };

    /// <summary>
    /// Null when the body does not read: such a message is deleted uncounted. A body that reads but is none of ours, or
    /// empty, is <see cref="MessageKind.NoOp"/>.
    /// </summary>
    public static EventBridgeMessage? Read(string? body)
    {
        if (body is null)
            return null;
        if (body.Length == 0)
            return Nothing;
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static EventBridgeMessage Read(JsonElement envelope)
    {
        var at = Text(envelope, "time") is { } time
            ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : DateTimeOffset.UnixEpoch;
        if (Text(envelope, "version") != "0" || !envelope.TryGetProperty("detail", out var detail))
            return Nothing with { At = at };
        return (Text(envelope, "source"), Text(envelope, "detail-type")) switch
        {
            ("aws.ec2", "EC2 Spot Instance Interruption Warning") => One(MessageKind.SpotInterrupted, at, detail),
            ("aws.ec2", "EC2 Instance Rebalance Recommendation") => One(
                MessageKind.RebalanceRecommendation,
                at,
                detail
            ),
            ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning") => One(
                MessageKind.CapacityReservationInterrupted,
                at,
                detail
            ),
            ("aws.ec2", "EC2 Instance State-change Notification") => StateChange(at, detail),
            ("aws.health", "AWS Health Event") => Health(at, detail),
            _ => Nothing with { At = at },
        };
    }

    private static EventBridgeMessage One(MessageKind kind, DateTimeOffset at, JsonElement detail) =>
        new(kind, at, Text(detail, "instance-id") is { Length: > 0 } id ? [id] : []);

    private static EventBridgeMessage StateChange(DateTimeOffset at, JsonElement detail)
    {
        var state = (Text(detail, "state") ?? "").ToLowerInvariant();
        return state switch
        {
            "stopping" or "stopped" => One(MessageKind.InstanceStopped, at, detail) with { State = state },
            "shutting-down" or "terminated" => One(MessageKind.InstanceTerminated, at, detail) with { State = state },
            _ => Nothing with { At = at },
        };
    }

    private static EventBridgeMessage Health(DateTimeOffset at, JsonElement detail)
    {
        if (Text(detail, "service") != "EC2" || Text(detail, "eventTypeCategory") != "scheduledChange")
            return Nothing with { At = at };
        var instances =
            detail.TryGetProperty("affectedEntities", out var entities) && entities.ValueKind != JsonValueKind.Null
                ? entities
                    .EnumerateArray()
                    .Take(MostInstances)
                    .Select(entity => Text(entity, "entityValue"))
                    .OfType<string>()
                    .ToImmutableArray()
                : [];
        var description =
            detail.TryGetProperty("eventDescription", out var texts) && texts.ValueKind == JsonValueKind.Array
                ? texts
                    .EnumerateArray()
                    .Select(text => Text(text, "latestDescription"))
                    .FirstOrDefault(text => text is not null)
                : null;
        return new(MessageKind.ScheduledChange, at, instances, Text(detail, "eventTypeCode") ?? "", description ?? "");
    }

    /// <summary>Null when absent; a value of another type makes the message unreadable.</summary>
    private static string? Text(JsonElement owner, string name) =>
        !owner.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null : value.GetString();
}
