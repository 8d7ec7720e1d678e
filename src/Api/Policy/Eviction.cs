using Tenon.Api.Core;

namespace Tenon.Api.Policy;

public sealed record Eviction : Wire, IKubeObject<Eviction>
{
    public static ResourceType Resource { get; } = new("policy", "v1", "Eviction", "evictions", Namespaced: true);

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
    public DeleteOptions? DeleteOptions { get; init; }

    public Eviction With(ObjectMeta metadata) => this with { Metadata = metadata };
}
