using System.Text.Json;
using Tenon.Api.Core;

namespace Tenon.Api.Storage;

public sealed record VolumeAttachment : Wire, IKubeObject<VolumeAttachment>
{
    public static ResourceType Resource { get; } =
        new("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", Namespaced: false);

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
    public VolumeAttachmentSpec Spec
    {
        get;
        init => field = value ?? VolumeAttachmentSpec.Empty;
    } = VolumeAttachmentSpec.Empty;
    public VolumeAttachmentStatus? Status { get; init; }

    public VolumeAttachment With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record VolumeAttachmentSpec : Wire
{
    internal static readonly VolumeAttachmentSpec Empty = new();

    public string Attacher
    {
        get;
        init => field = value ?? "";
    } = "";
    public VolumeAttachmentSource Source
    {
        get;
        init => field = value ?? VolumeAttachmentSource.Empty;
    } = VolumeAttachmentSource.Empty;
    public string NodeName
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record VolumeAttachmentSource : Wire
{
    internal static readonly VolumeAttachmentSource Empty = new();

    public string? PersistentVolumeName { get; init; }
    public JsonElement? InlineVolumeSpec { get; init; }
}

public sealed record VolumeAttachmentStatus : Wire
{
    public bool Attached { get; init; }
    public IReadOnlyDictionary<string, string> AttachmentMetadata
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public JsonElement? AttachError { get; init; }
    public JsonElement? DetachError { get; init; }
}
