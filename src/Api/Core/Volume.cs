using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tenon.Api.Core;

/// <summary>A volume of a pod. Sources that no scheduling decision looks at stay as they came.</summary>
public sealed record Volume : Wire
{
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
    public JsonElement? HostPath { get; init; }
    public JsonElement? EmptyDir { get; init; }
    public JsonElement? ConfigMap { get; init; }
    public JsonElement? Secret { get; init; }
    public JsonElement? Projected { get; init; }

    [JsonPropertyName("downwardAPI")]
    public JsonElement? DownwardApi { get; init; }
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }
    public EphemeralVolumeSource? Ephemeral { get; init; }
    public CsiVolumeSource? Csi { get; init; }
    public JsonElement? Nfs { get; init; }
    public DiskVolumeSource? Iscsi { get; init; }
    public DiskVolumeSource? GcePersistentDisk { get; init; }
    public DiskVolumeSource? AwsElasticBlockStore { get; init; }
    public DiskVolumeSource? AzureDisk { get; init; }
    public DiskVolumeSource? Rbd { get; init; }
}

public sealed record PersistentVolumeClaimVolumeSource : Wire
{
    public string ClaimName
    {
        get;
        init => field = value ?? "";
    } = "";
    public bool? ReadOnly { get; init; }
}

public sealed record EphemeralVolumeSource : Wire
{
    public PersistentVolumeClaimTemplate? VolumeClaimTemplate { get; init; }
}

public sealed record PersistentVolumeClaimTemplate : Wire
{
    public ObjectMeta? Metadata { get; init; }
    public PersistentVolumeClaimSpec Spec
    {
        get;
        init => field = value ?? PersistentVolumeClaimSpec.Empty;
    } = PersistentVolumeClaimSpec.Empty;
}

public sealed record CsiVolumeSource : Wire
{
    public string Driver
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

/// <summary>The in-tree disk sources that kube-scheduler compares for conflicts.</summary>
public sealed record DiskVolumeSource : Wire
{
    public bool? ReadOnly { get; init; }
    public string? FsType { get; init; }

    [JsonPropertyName("volumeID")]
    public string? VolumeId { get; init; }
    public string? PdName { get; init; }
    public string? DiskName { get; init; }
    public string? DiskURI { get; init; }
    public string? TargetPortal { get; init; }
    public string? Iqn { get; init; }
    public int? Lun { get; init; }
    public string? Image { get; init; }
    public string? Pool { get; init; }
    public IReadOnlyList<string> Monitors
    {
        get;
        init => field = value ?? [];
    } = [];
}
