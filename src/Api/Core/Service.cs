using System.Text.Json;

namespace Tenon.Api.Core;

public sealed record Service : Wire, IKubeObject<Service>
{
    public static ResourceType Resource { get; } = new("", "v1", "Service", "services", Namespaced: true);

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
    public ServiceSpec Spec
    {
        get;
        init => field = value ?? ServiceSpec.Empty;
    } = ServiceSpec.Empty;
    public JsonElement? Status { get; init; }

    public Service With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record ServiceSpec : Wire
{
    internal static readonly ServiceSpec Empty = new();

    public IReadOnlyList<ServicePort> Ports
    {
        get;
        init => field = value ?? [];
    } = [];
    public IReadOnlyDictionary<string, string> Selector
    {
        get;
        init => field = value ?? None<string>.Map;
    } = None<string>.Map;
    public string? ClusterIP { get; init; }
    public IReadOnlyList<string> ClusterIPs
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? Type { get; init; }
    public IReadOnlyList<string> ExternalIPs
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? SessionAffinity { get; init; }
    public string? ExternalName { get; init; }
    public IReadOnlyList<string> IpFamilies
    {
        get;
        init => field = value ?? [];
    } = [];
    public string? IpFamilyPolicy { get; init; }
    public string? InternalTrafficPolicy { get; init; }
}

public sealed record ServicePort : Wire
{
    public string? Name { get; init; }
    public string? Protocol { get; init; }
    public string? AppProtocol { get; init; }
    public int Port { get; init; }
    public IntOrString? TargetPort { get; init; }
    public int? NodePort { get; init; }
}
