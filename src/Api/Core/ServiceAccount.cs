namespace Tenon.Api.Core;

public sealed record ServiceAccount : Wire, IKubeObject<ServiceAccount>
{
    public static ResourceType Resource { get; } = new("", "v1", "ServiceAccount", "serviceaccounts", Namespaced: true);

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
    public IReadOnlyList<ObjectReference> Secrets
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<LocalObjectReference> ImagePullSecrets
    {
        get;
        init => field = value ?? [];
    } = [];
    public bool? AutomountServiceAccountToken { get; init; }

    public ServiceAccount With(ObjectMeta metadata) => this with { Metadata = metadata };
}
