using Tenon.Api.Core;

namespace Tenon.Api.Autoscaling;

/// <summary>Room kept ready for pods that do not exist yet (core API specification §6).</summary>
public sealed record CapacityBuffer : Wire, IKubeObject<CapacityBuffer>
{
    public static ResourceType Resource { get; } =
        new("autoscaling.x-k8s.io", "v1beta1", "CapacityBuffer", "capacitybuffers", Namespaced: true);

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
    public CapacityBufferSpec Spec
    {
        get;
        init => field = value ?? CapacityBufferSpec.Empty;
    } = CapacityBufferSpec.Empty;
    public CapacityBufferStatus? Status { get; init; }

    public CapacityBuffer With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record CapacityBufferSpec : Wire
{
    internal static readonly CapacityBufferSpec Empty = new();

    public string? ProvisioningStrategy { get; init; }
    public LocalObjectReference? PodTemplateRef { get; init; }
    public ScalableReference? ScalableRef { get; init; }
    public int? Replicas { get; init; }
    public int? Percentage { get; init; }
    public ResourceList? Limits { get; init; }
}

public sealed record ScalableReference : Wire
{
    public string? ApiGroup { get; init; }
    public string Kind
    {
        get;
        init => field = value ?? "";
    } = "";
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";
}

public sealed record CapacityBufferStatus : Wire
{
    public LocalObjectReference? PodTemplateRef { get; init; }
    public long? PodTemplateGeneration { get; init; }
    public int? Replicas { get; init; }
    public string? ProvisioningStrategy { get; init; }
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
