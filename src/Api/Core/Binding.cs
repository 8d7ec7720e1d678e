namespace Tenon.Api.Core;

public sealed record Binding : Wire, IKubeObject<Binding>
{
    public static ResourceType Resource { get; } = new("", "v1", "Binding", "bindings", Namespaced: true);

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
    public ObjectReference Target
    {
        get;
        init => field = value ?? ObjectReference.Empty;
    } = ObjectReference.Empty;

    public Binding With(ObjectMeta metadata) => this with { Metadata = metadata };
}
