using Tenon.Api.Core;

namespace Tenon.Api.Storage;

public sealed record StorageClass : Wire, IKubeObject<StorageClass>
{
    public static ResourceType Resource { get; } =
        new("storage.k8s.io", "v1", "StorageClass", "storageclasses", Namespaced: false);

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
    public string Provisioner
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyDictionary<string, string> Parameters
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public string? ReclaimPolicy { get; init; }
    public IReadOnlyList<string> MountOptions
    {
        get;
        init => field = value ?? [];
    } = [];
    public bool? AllowVolumeExpansion { get; init; }
    public string? VolumeBindingMode { get; init; }
    public IReadOnlyList<TopologySelectorTerm> AllowedTopologies
    {
        get;
        init => field = value ?? [];
    } = [];

    public StorageClass With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record TopologySelectorTerm : Wire
{
    public IReadOnlyList<TopologySelectorLabelRequirement> MatchLabelExpressions
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record TopologySelectorLabelRequirement : Wire
{
    public string Key
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<string> Values
    {
        get;
        init => field = value ?? [];
    } = [];
}
