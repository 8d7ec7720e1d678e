namespace Tenon.Api.Core;

public sealed record Secret : Wire, IKubeObject<Secret>
{
    public static ResourceType Resource { get; } = new("", "v1", "Secret", "secrets", Namespaced: true);

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

    /// <summary>Base64 text, as on the wire.</summary>
    public IReadOnlyDictionary<string, string> Data
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public IReadOnlyDictionary<string, string> StringData
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public string? Type { get; init; }

    public Secret With(ObjectMeta metadata) => this with { Metadata = metadata };
}
