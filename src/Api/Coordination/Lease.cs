using System.Text.Json.Serialization;
using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Api.Coordination;

public sealed record Lease : Wire, IKubeObject<Lease>
{
    public static ResourceType Resource { get; } =
        new("coordination.k8s.io", "v1", "Lease", "leases", Namespaced: true);

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
    public LeaseSpec Spec
    {
        get;
        init => field = value ?? LeaseSpec.Empty;
    } = LeaseSpec.Empty;

    public Lease With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record LeaseSpec : Wire
{
    internal static readonly LeaseSpec Empty = new();

    public string? HolderIdentity { get; init; }
    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }
    public int? LeaseTransitions { get; init; }
}
