using System.Text.Json.Serialization;
using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Api.Storage;

public sealed record CSINode : Wire, IKubeObject<CSINode>
{
    public static ResourceType Resource { get; } =
        new("storage.k8s.io", "v1", "CSINode", "csinodes", Namespaced: false);

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
    public CSINodeSpec Spec
    {
        get;
        init => field = value ?? CSINodeSpec.Empty;
    } = CSINodeSpec.Empty;

    public CSINode With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record CSINodeSpec : Wire
{
    internal static readonly CSINodeSpec Empty = new();

    [AlwaysWritten]
    public IReadOnlyList<CSINodeDriver> Drivers
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record CSINodeDriver : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";

    [JsonPropertyName("nodeID")]
    public string NodeId
    {
        get;
        init => field = value ?? "";
    } = "";
    public IReadOnlyList<string> TopologyKeys
    {
        get;
        init => field = value ?? [];
    } = [];
    public VolumeNodeResources? Allocatable { get; init; }
}

public sealed record VolumeNodeResources : Wire
{
    public int? Count { get; init; }
}
