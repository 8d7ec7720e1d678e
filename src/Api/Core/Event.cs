using System.Text.Json.Serialization;
using Tenon.Api.Json;

namespace Tenon.Api.Core;

/// <summary>A core/v1 event, as <c>kubectl describe</c> shows it.</summary>
public sealed record Event : Wire, IKubeObject<Event>
{
    public static ResourceType Resource { get; } = new("", "v1", "Event", "events", Namespaced: true);

    public string ApiVersion
    {
        get;
        init => field = value ?? Resource.ApiVersion;
    } = Resource.ApiVersion;
    public string Kind
    {
        get;
        init => field = value ?? Resource.Kind;
    } = Resource.Kind;
    public ObjectMeta Metadata
    {
        get;
        init => field = value ?? ObjectMeta.Empty;
    } = ObjectMeta.Empty;
    public ObjectReference InvolvedObject
    {
        get;
        init => field = value ?? ObjectReference.Empty;
    } = ObjectReference.Empty;
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public EventSource? Source { get; init; }
    public DateTimeOffset? FirstTimestamp { get; init; }
    public DateTimeOffset? LastTimestamp { get; init; }
    public int? Count { get; init; }
    public string? Type { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }
    public EventSeries? Series { get; init; }
    public string? Action { get; init; }
    public ObjectReference? Related { get; init; }
    public string ReportingComponent
    {
        get;
        init => field = value ?? "";
    } = "";
    public string ReportingInstance
    {
        get;
        init => field = value ?? "";
    } = "";

    public Event With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record EventSource : Wire
{
    public string? Component { get; init; }
    public string? Host { get; init; }
}

public sealed record EventSeries : Wire
{
    public int? Count { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? LastObservedTime { get; init; }
}
