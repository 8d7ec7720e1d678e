using Tenon.Api.Core;

namespace Tenon.Api.ResourceK8s;

public sealed record ResourceClaimTemplate : Wire, IKubeObject<ResourceClaimTemplate>
{
    public static ResourceType Resource { get; } =
        new("resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates", Namespaced: true);

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
    public ResourceClaimTemplateSpec Spec
    {
        get;
        init => field = value ?? ResourceClaimTemplateSpec.Empty;
    } = ResourceClaimTemplateSpec.Empty;

    public ResourceClaimTemplate With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record ResourceClaimTemplateSpec : Wire
{
    internal static readonly ResourceClaimTemplateSpec Empty = new();

    public ObjectMeta? Metadata { get; init; }
    public ResourceClaimSpec Spec
    {
        get;
        init => field = value ?? ResourceClaimSpec.Empty;
    } = ResourceClaimSpec.Empty;
}
