namespace Tenon.Api.Core;

public sealed record LimitRange : Wire, IKubeObject<LimitRange>
{
    public static ResourceType Resource { get; } = new("", "v1", "LimitRange", "limitranges", Namespaced: true);

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
    public LimitRangeSpec Spec
    {
        get;
        init => field = value ?? LimitRangeSpec.Empty;
    } = LimitRangeSpec.Empty;

    public LimitRange With(ObjectMeta metadata) => this with { Metadata = metadata };
}

public sealed record LimitRangeSpec : Wire
{
    internal static readonly LimitRangeSpec Empty = new();

    public IReadOnlyList<LimitRangeItem> Limits
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record LimitRangeItem : Wire
{
    public string Type
    {
        get;
        init => field = value ?? "";
    } = "";
    public ResourceList Max
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceList Min
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceList Default
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceList DefaultRequest
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
    public ResourceList MaxLimitRequestRatio
    {
        get;
        init => field = value ?? ResourceList.Empty;
    } = ResourceList.Empty;
}
