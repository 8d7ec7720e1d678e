namespace Tenon.Api.Core;

public sealed record ConfigMap : Wire, IKubeObject<ConfigMap>
{
    public static ResourceType Resource { get; } = new("", "v1", "ConfigMap", "configmaps", Namespaced: true);

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
    public bool? Immutable { get; init; }
    public IReadOnlyDictionary<string, string> Data
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public IReadOnlyDictionary<string, string> BinaryData
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;

    public ConfigMap With(ObjectMeta metadata) => this with { Metadata = metadata };
}
