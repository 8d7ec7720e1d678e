using System.Text.Json;
using Tenon.Api.Core;

namespace Tenon.Api.ResourceK8s;

public sealed record DeviceClass : Wire, IKubeObject<DeviceClass>
{
    public static ResourceType Resource { get; } =
        new("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", Namespaced: false);

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
    public DeviceClassSpec Spec
    {
        get;
        init => field = value ?? DeviceClassSpec.Empty;
    } = DeviceClassSpec.Empty;

    public DeviceClass With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record DeviceClassSpec : Wire
{
    internal static readonly DeviceClassSpec Empty = new();

    public IReadOnlyList<DeviceSelector> Selectors
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyList<JsonElement> Config
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? ExtendedResourceName { get; init; }
}
