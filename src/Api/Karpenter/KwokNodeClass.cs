using Tenon.Api.Core;

namespace Tenon.Api.Karpenter;

/// <summary>The node class of the simulated provider (core API specification §7.1).</summary>
public sealed record KwokNodeClass : Wire, IKubeObject<KwokNodeClass>
{
    public static ResourceType Resource { get; } =
        new("karpenter.kwok.sh", "v1alpha1", "KWOKNodeClass", "kwoknodeclasses", Namespaced: false);

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
    public KwokNodeClassSpec Spec
    {
        get;
        init => field = value ?? KwokNodeClassSpec.Empty;
    } = KwokNodeClassSpec.Empty;
    public KwokNodeClassStatus? Status { get; init; }

    public KwokNodeClass With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record KwokNodeClassSpec : Wire
{
    internal static readonly KwokNodeClassSpec Empty = new();

    public GoDuration? NodeRegistrationDelay { get; init; }
}

public sealed record KwokNodeClassStatus : Wire
{
    public IReadOnlyList<Condition> Conditions
    {
        get;
        init => field = value ?? [];
    } = [];
}
