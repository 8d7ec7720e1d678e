namespace Tenon.Api.Core;

public sealed record PersistentVolumeClaim : Wire, IKubeObject<PersistentVolumeClaim>
{
    public static ResourceType Resource { get; } =
        new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Namespaced: true);

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
    public PersistentVolumeClaimSpec Spec
    {
        get;
        init => field = value ?? PersistentVolumeClaimSpec.Empty;
    } = PersistentVolumeClaimSpec.Empty;
    public PersistentVolumeClaimStatus? Status { get; init; }

    public PersistentVolumeClaim With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record PersistentVolumeClaimSpec : Wire
{
    internal static readonly PersistentVolumeClaimSpec Empty = new();

    public IReadOnlyList<string> AccessModes
    {
        get;
        init => field = value ?? [];
    } = [];
    public LabelSelector? Selector { get; init; }
    public VolumeResourceRequirements Resources
    {
        get;
        init => field = value ?? VolumeResourceRequirements.Empty;
    } = VolumeResourceRequirements.Empty;
    public string? VolumeName { get; init; }

    /// <summary>Absent: the default class; empty: no class, so only a matching volume without one.</summary>
    public string? StorageClassName { get; init; }
    public string? VolumeMode { get; init; }
    public TypedObjectReference? DataSource { get; init; }
    public TypedObjectReference? DataSourceRef { get; init; }
    public string? VolumeAttributesClassName { get; init; }
}

public sealed record VolumeResourceRequirements : Wire
{
    internal static readonly VolumeResourceRequirements Empty = new();

    public ResourceList Limits
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceList Requests
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
}

public sealed record PersistentVolumeClaimStatus : Wire
{
    public string? Phase { get; init; }
    public IReadOnlyList<string> AccessModes
    {
        get;
        init => field = value ?? [];
    } = [];
    public ResourceList Capacity
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
