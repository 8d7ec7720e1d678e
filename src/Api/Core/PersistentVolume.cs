using System.Text.Json;

namespace Tenon.Api.Core;

public sealed record PersistentVolume : Wire, IKubeObject<PersistentVolume>
{
    public static ResourceType Resource { get; } =
        new("", "v1", "PersistentVolume", "persistentvolumes", Namespaced: false);

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
    public PersistentVolumeSpec Spec
    {
        get;
        init => field = value ?? PersistentVolumeSpec.Empty;
    } = PersistentVolumeSpec.Empty;
    public PersistentVolumeStatus? Status { get; init; }

    public PersistentVolume With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record PersistentVolumeSpec : Wire
{
    internal static readonly PersistentVolumeSpec Empty = new();

    public ResourceList Capacity
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public IReadOnlyList<string> AccessModes
    {
        get;
        init => field = value ?? [];
    } = [];
    public ObjectReference? ClaimRef { get; init; }
    public string? PersistentVolumeReclaimPolicy { get; init; }
    public string? StorageClassName { get; init; }
    public IReadOnlyList<string> MountOptions
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? VolumeMode { get; init; }
    public VolumeNodeAffinity? NodeAffinity { get; init; }
    public string? VolumeAttributesClassName { get; init; }
    public CsiPersistentVolumeSource? Csi { get; init; }
    public JsonElement? Local { get; init; }
    public JsonElement? HostPath { get; init; }
    public JsonElement? Nfs { get; init; }
    public DiskVolumeSource? GcePersistentDisk { get; init; }
    public DiskVolumeSource? AwsElasticBlockStore { get; init; }
    public DiskVolumeSource? AzureDisk { get; init; }
}

public sealed record VolumeNodeAffinity : Wire
{
    public NodeSelector? Required { get; init; }
}

public sealed record CsiPersistentVolumeSource : Wire
{
    public string Driver
    {
        get;
        init => field = value ?? "";
    } = "";
    public string VolumeHandle
    {
        get;
        init => field = value ?? "";
    } = "";
    public bool? ReadOnly { get; init; }
    public string? FsType { get; init; }
    public IReadOnlyDictionary<string, string> VolumeAttributes
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
}

public sealed record PersistentVolumeStatus : Wire
{
    public string? Phase { get; init; }
    public string? Message { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? LastPhaseTransitionTime { get; init; }
}
