namespace Tenon.Api.Core;

public sealed record Namespace : Wire, IKubeObject<Namespace>
{
    public static ResourceType Resource { get; } = new("", "v1", "Namespace", "namespaces", Namespaced: false);

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
    public NamespaceSpec? Spec { get; init; }
    public NamespaceStatus? Status { get; init; }

    public Namespace With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record NamespaceSpec : Wire
{
    public IReadOnlyList<string> Finalizers
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record NamespaceStatus : Wire
{
    public string? Phase { get; init; }
}
