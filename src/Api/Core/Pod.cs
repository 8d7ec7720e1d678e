namespace Tenon.Api.Core;

public sealed record Pod : Wire, IKubeObject<Pod>
{
    public static ResourceType Resource { get; } = new("", "v1", "Pod", "pods", Namespaced: true);

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
    public PodSpec Spec
    {
        get;
        init => field = value ?? PodSpec.Empty;
    } = PodSpec.Empty;
    public PodStatus Status
    {
        get;
        init => field = value ?? PodStatus.Empty;
    } = PodStatus.Empty;

    public Pod With(ObjectMeta metadata) => this with { Metadata = metadata };
}
