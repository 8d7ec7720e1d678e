namespace Tenon.Api.Core;

public sealed record PodTemplate : Wire, IKubeObject<PodTemplate>
{
    public static ResourceType Resource { get; } = new("", "v1", "PodTemplate", "podtemplates", Namespaced: true);

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
    public PodTemplateSpec Template
    {
        get;
        init => field = value ?? PodTemplateSpec.Empty;
    } = PodTemplateSpec.Empty;

    public PodTemplate With(ObjectMeta metadata) => this with { Metadata = metadata };
}
