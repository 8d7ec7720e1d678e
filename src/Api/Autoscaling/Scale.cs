using Tenon.Api.Core;

namespace Tenon.Api.Autoscaling;

public sealed record Scale : Wire, IKubeObject<Scale>
{
    public static ResourceType Resource { get; } = new("autoscaling", "v1", "Scale", "scales", Namespaced: true);

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
    public ScaleSpec Spec
    {
        get;
        init => field = value ?? ScaleSpec.Empty;
    } = ScaleSpec.Empty;
    public ScaleStatus? Status { get; init; }

    public Scale With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record ScaleSpec : Wire
{
    internal static readonly ScaleSpec Empty = new();

    public int? Replicas { get; init; }
}

public sealed record ScaleStatus : Wire
{
    public int Replicas { get; init; }
    public string? Selector { get; init; }
}
