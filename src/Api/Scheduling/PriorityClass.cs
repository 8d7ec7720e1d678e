using Tenon.Api.Core;

namespace Tenon.Api.Scheduling;

public sealed record PriorityClass : Wire, IKubeObject<PriorityClass>
{
    public static ResourceType Resource { get; } =
        new("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", Namespaced: false);

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
    public int Value { get; init; }
    public bool? GlobalDefault { get; init; }
    public string? Description { get; init; }
    public string? PreemptionPolicy { get; init; }

    public PriorityClass With(ObjectMeta metadata) => this with { Metadata = metadata };
}
