using System.Text.Json;
using Tenon.Api.Core;

namespace Tenon.Api.Apps;

public sealed record ControllerRevision : Wire, IKubeObject<ControllerRevision>
{
    public static ResourceType Resource { get; } =
        new("apps", "v1", "ControllerRevision", "controllerrevisions", Namespaced: true);

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
    public JsonElement? Data { get; init; }
    public long Revision { get; init; }

    public ControllerRevision With(ObjectMeta metadata) => this with { Metadata = metadata };
}
